"""Patterns of faults of models with Q/DQ, or that are to be built in INT8."""

from jetdoctor.rules.known._walk import (
    HAND_ON,
    channels,
    depthwise,
    made_by,
    maker,
    quantized_convolution,
    runs_on_data,
    source,
)  # fmt: skip


def depthwise_then_add(nodes):
    """A quantized depthwise Conv whose result is added to something."""
    for node in nodes("Add"):
        convolution = made_by(node, "Conv")
        if convolution is not None and depthwise(convolution) and quantized_convolution(convolution):
            yield convolution


def depthwise_then_swish(nodes):
    """A quantized depthwise Conv, its BatchNormalization, then x * sigmoid(x)."""
    for convolution in _then_swish(nodes):
        if depthwise(convolution) and quantized_convolution(convolution):
            yield convolution


def convolution_then_swish(nodes):
    """Conv, then x * sigmoid(x), in a model without Q/DQ."""
    if not nodes("QuantizeLinear") and not nodes("DequantizeLinear"):
        yield from _then_swish(nodes)


def _then_swish(nodes):
    for node in nodes("Mul"):
        gate = made_by(node, "Sigmoid")
        if gate is not None and gate.input(0).name in node.inputs:
            convolution = source(gate.input(0), "BatchNormalization", *HAND_ON)
            if convolution is not None and convolution.op_type == "Conv":
                yield convolution
    for node in nodes("Swish", "HardSwish"):
        convolution = source(node.input(0), "BatchNormalization", *HAND_ON)
        if convolution is not None and convolution.op_type == "Conv":
            yield convolution


def few_channels_per_group_transposed(nodes):
    """A quantized ConvTranspose with groups of fewer than four channels."""
    for node in nodes("ConvTranspose"):
        group, (inputs, outputs) = node.attr("group", 1), channels(node)
        if group > 1 and inputs and min(inputs, outputs) < 4 * group and quantized_convolution(node):
            yield node


def convtranspose_then_batchnorm(nodes):
    for node in nodes("BatchNormalization"):
        convolution = maker(node.input(0), "ConvTranspose")
        if convolution is not None and quantized_convolution(convolution):
            yield convolution


def convolution_in_3d(nodes):
    for node in nodes("Conv"):
        if node.input(0).rank == 5 and quantized_convolution(node):
            yield node


def patch_embedding(nodes):
    """A quantized Conv that cuts the image into patches: kernel and stride of 14 or 16."""
    for node in nodes("Conv"):
        stride = node.attr("strides", ())
        if stride in ((14, 14), (16, 16)) and stride == node.attr("kernel_shape", stride):
            if quantized_convolution(node):
                yield node


def kernel_not_right_behind_constant(nodes):
    """A quantized kernel that has another reader, is an output, or is moved by a computed Reshape."""
    for node in nodes("Conv", "ConvTranspose"):
        kernel = source(node.input(1), "Transpose", "Reshape", "Identity")
        if kernel is None or kernel.op_type != "DequantizeLinear":
            continue
        quantize = maker(kernel.input(0), "QuantizeLinear")
        if quantize is None or not quantize.input(0).is_constant_expression():
            continue
        name = quantize.output(0).name
        if name in quantize.graph.output_names or len(quantize.output(0).consumers) > 1:
            yield node


def both_inputs_of_add_dequantized(nodes):
    """An Add of two dequantized tensors of which one was quantized right behind a Relu."""
    for node in nodes("Add"):
        sides = [maker(node.input(i), "DequantizeLinear") for i in range(len(node.inputs))]
        quantized = [maker(side.input(0), "QuantizeLinear") if side is not None else None for side in sides]
        if len(quantized) == 2 and None not in quantized and any(maker(q.input(0), "Relu") for q in quantized):
            yield node


def convtranspose_1d_with_bias(nodes):
    """A quantized one-dimensional ConvTranspose that adds a bias."""
    for node in nodes("ConvTranspose"):
        if node.present(2) and node.input(0).rank == 3 and quantized_convolution(node):
            yield node


def few_channels_per_group(nodes):
    """A quantized Conv in groups of a number of channels that is no multiple of four; depthwise has kernels."""
    for node in nodes("Conv"):
        group, (inputs, outputs) = node.attr("group", 1), channels(node)
        if group > 1 and inputs and not depthwise(node) and (inputs // group % 4 or outputs // group % 4):
            if quantized_convolution(node):
                yield node


def grouped_convolution_in_3d(nodes):
    for node in nodes("Conv"):
        if node.input(0).rank == 5 and node.attr("group", 1) > 1:
            yield node


def leaky_convolution(nodes):
    """A quantized Conv whose result goes through LeakyRelu."""
    for node in nodes("LeakyRelu"):
        convolution = source(node.input(0), "BatchNormalization", *HAND_ON)
        if convolution is not None and convolution.op_type == "Conv" and quantized_convolution(convolution):
            yield convolution


def half_scale(nodes):
    """The first DequantizeLinear of INT8 that runs on data and has a FLOAT16 scale."""
    for node in nodes("DequantizeLinear"):
        if node.input(1).dtype == "FLOAT16" and node.input(0).dtype == "INT8" and runs_on_data(node):
            yield node
            return
