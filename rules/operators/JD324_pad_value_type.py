"""Pad's constant value is read with the wrong type

## What it detects
A Pad with a non-zero constant value that is not FLOAT.

## Why it fails
TensorRT 8.2 and 8.4.0 read its bytes as float32: an INT64 1 or a FLOAT16 1.0 pads with almost 0 or garbage.
Before 8.2 anything but 0 is refused (`only supports constant 0 padding!`).

## Fix
The padded block is concatenated instead, or the data kept FLOAT around the Pad.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD324",
    name="pad-value-type",
    severity="error",
    outcome="wrong-output",
    sources=(
        "onnx-tensorrt importPad, 8.2-GA and 8.4-EA: bytes reinterpreted; 8.4-GA converts by type; 7.1 to 8.0 refuse",
    ),
)


def describe(node, row):
    numbers = node.input(2).numbers()
    value = "%g" % numbers[0] if numbers else "value"
    return "Pad's constant %s %s is read as if it were FLOAT: it pads with ~0 or garbage" % (
        node.input(2).dtype,
        value,
    )
