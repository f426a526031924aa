"""Softmax of opset 13 is read with opset-12 rules

## What it detects
Softmax or LogSoftmax of opset 13 and newer for TensorRT 7.1 and 7.2.1, where flattening at the axis changes
the result.

## Why it fails
These parsers flatten to two dimensions at the axis and default to axis 1; opset 13 normalizes along one
axis and defaults to the last. With the last axis given explicitly both mean the same.

## Fix
The opset is lowered to 12 with the axis moved last.
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD323",
    name="softmax-flattened",
    severity="error",
    outcome="wrong-output",
    tensorrt="<8.0",
    sources=("onnx-tensorrt importSoftmax, 7.1 and 7.2.1; 8.0 follows opset 13",),
)


def describe(node, row):
    axis = node.attr("axis")
    return "%s axis=%s on %s is flattened by opset-12 rules: normalized over all axes from axis %s on" % (
        node.op_type,
        "(default)" if axis is None else axis,
        brackets(node.input(0).shape),
        1 if axis is None else axis,
    )
