"""Attention weights are quantized to INT8

## What it detects
A QuantizeLinear that reads the result of a Softmax, directly or through Reshape and Transpose: the attention
weights of a transformer go through 256 steps.

## Why it fails
It builds. Most weights of a long row are far below 1/255 and become 0; the few large ones lose their differences.
Engineers report visible accuracy loss from it, which is why this is a remark from experience and no measured fact.

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
    sources=(),
    ops=("QuantizeLinear",),
    preview=True,
)

_HAND_ON = ("Reshape", "Transpose", "Identity")


def check_node(node):
    """One finding for all attention blocks."""
    producer = node.input(0).behind(_HAND_ON).producer
    if producer is not None and producer.op_type == "Softmax" and producer.graph is node.graph and _is_read_on(node):
        yield Match("the attention weights of %s are quantized" % producer.outputs[0], node, cause="attention")


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
