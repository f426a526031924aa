"""Constant `value_int(s)` is read as zero or empty

## What it detects
A Constant node with `value_int` or `value_ints`. For the releases that misread it only if the value
is not 0 or empty.

## Why it fails
TensorRT 8.0 to 9.1 fetches the integers through the attribute's float field: `value_int` becomes 0,
`value_ints` becomes an empty tensor. Axes, shapes and indices written this way (onnxscript does) are wrong.
TensorRT 7 refuses the node.

## Fix
The integers become a `value` tensor: the same in every runtime.
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD319",
    name="constant-integers-misread",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importConstant, 8.0-GA to 9.1; 9.2 reads the integer field; 7.x looks up value only",),
)


def describe(node, row):
    one, many = node.attr("value_int"), node.attr("value_ints")
    written = "value_int=%s" % one if one is not None else "value_ints=%s" % brackets(many)
    if row.get("status") != "wrong-output":
        return "Constant %s: this parser reads the tensor attribute only" % written
    return "Constant %s is read as %s" % (written, "0" if one is not None else "an empty tensor")
