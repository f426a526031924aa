"""Reshape `allowzero=1` is ignored before 8.0

## What it detects
A Reshape with `allowzero=1` for TensorRT 7.

## Why it fails
The attribute is not read: a 0 in the shape copies the input's dimension instead of making an empty one.

## Fix
Remove the empty branch, or give the shape without zeros.
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD213",
    name="reshape-zero-copied",
    severity="error",
    outcome="wrong-output",
    tensorrt="<8.0",
    sources=("onnx-tensorrt 7.1 and 7.2 importReshape: allowzero is not read",),
)


def describe(node, row):
    numbers = node.input(1).numbers()
    shape = "the shape" if numbers is None else brackets(numbers)
    return "Reshape allowzero=1 is ignored: a 0 in %s copies the input's size instead of meaning 0" % shape
