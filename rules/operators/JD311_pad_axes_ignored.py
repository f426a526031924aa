"""Pad's axes input is ignored

## What it detects
A Pad of opset 18 with an axes input; before TensorRT 8.5 only if that makes a difference (the axes are not
simply all axes in order, or a constant value precedes them).

## Why it fails
Before 8.5 the input is not read: the pads go to the trailing axes, and the constant value becomes 0 because
the importer expects exactly three inputs. From 8.5 to 9.3 the node is refused (`TensorRT does not support
dynamic axes for pad!`). 10.0 reads constant axes, 10.4 also computed ones.

## Fix
The pads are given for every axis, with zeros for those that are not padded.
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD311",
    name="pad-axes-ignored",
    severity="error",
    outcome="wrong-output",
    sources=(
        "onnx-tensorrt importPad, 7.1 to 8.4-GA: three inputs are read; 8.5-GA builtin_op_importers.cpp:3273 refuses",
    ),
)


def describe(node, row):
    axes = node.input(3).numbers()
    shown = "input %s" % node.inputs[3] if axes is None else "axes=%s" % brackets(axes)
    if row.get("status") != "wrong-output":
        return "Pad gives %s as its fourth input, which this release refuses" % shown
    return "Pad %s are ignored: the pads go to the trailing axes, and the pad value becomes 0" % shown
