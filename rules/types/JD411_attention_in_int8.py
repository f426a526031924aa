"""Attention weights are quantized to INT8

## What it detects
A QuantizeLinear to INT8 or UINT8 that reads the result of a Softmax, directly or through Reshape and Transpose:
the attention weights of a transformer are rounded to 256 steps. FP8 is left alone: its steps are fine near zero, and
NVIDIA's Model Optimizer quantizes there on purpose, so that TensorRT can fuse the attention.

## Why it fails
It builds. Most weights of a long row are far below 1/255 and become 0; the few large ones lose their differences.
Engineers report the loss (2.15 points of a ViT's accuracy after post-training quantization); how much it is for
this model, only a comparison shows.

## Fix
Leave the matrix products of the attention out of the quantization (`nodes_to_exclude` in ONNX Runtime's
quantizer, disabled quantizers in NVIDIA's Model Optimizer), and compare: `jetdoctor verify MODEL --reference ORIGINAL`.
"""

from jetdoctor.rule import Match, Rule

RULE = Rule(
    id="JD411",
    name="attention-in-int8",
    severity="info",
    outcome="precision",
    sources=(
        "https://github.com/NVIDIA/FasterTransformer/issues/267",
        "https://github.com/megvii-research/FQ-ViT/issues/16",
        "https://github.com/NVIDIA/Model-Optimizer/pull/1289 (FP8 behind Softmax on purpose)",
        "https://github.com/NVIDIA/Model-Optimizer/pull/1569",
    ),
    ops=("QuantizeLinear",),
)

_HAND_ON = ("Reshape", "Transpose", "Identity")
_COARSE = (None, "INT8", "UINT8", "INT4", "UINT4")  # None: neither zero point nor output says it, which means UINT8


def check_node(node):
    """One finding for all attention blocks."""
    if node.output(0).dtype not in _COARSE:
        return
    producer = node.input(0).behind(_HAND_ON).producer
    if producer is not None and producer.op_type == "Softmax" and producer.graph is node.graph and _is_read_on(node):
        yield Match("the attention weights of %s are quantized" % producer.output(0).name, node, cause="attention")


def _is_read_on(node):
    """Not a classifier's last Softmax: a MatMul comes behind the DequantizeLinear."""
    value, steps = node.output(0), 0
    while steps < 8 and len(value.consumers) == 1:
        reader = value.consumers[0]
        if reader.op_type == "MatMul":
            return True
        if reader.op_type != "DequantizeLinear" and reader.op_type not in _HAND_ON:
            return False
        value, steps = reader.output(0), steps + 1
    return False
