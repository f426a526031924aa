"""Per-channel Q/DQ without an axis uses axis 0

## What it detects
QuantizeLinear or DequantizeLinear of opset 13 with several scales and no `axis` attribute.

## Why it fails
ONNX's default axis is 1, the parser's is 0 (until 10.11). Where dimension 0 happens to have as many entries
as there are scales, every row gets the scale of another channel; otherwise the node is refused (`The number
of scales is not equal to the number of output channels.`).

## Fix
`axis=1` is set explicitly.
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD404",
    name="quantize-default-axis",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt QuantDequantLinearHelper, 7.1 to 10.11: a missing axis is 0; 10.12 and later take 1",),
)


def describe(node, row):
    shape, count = node.input(0).shape, node.input(1).static_shape
    return "%s of %s with %s scales and no axis: ONNX uses axis 1, this parser axis 0" % (
        node.op_type,
        brackets(shape),
        count[0] if count else "several",
    )
