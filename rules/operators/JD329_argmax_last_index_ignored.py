"""ArgMax `select_last_index=1` is ignored before 8.0

## What it detects
ArgMax or ArgMin with `select_last_index=1` for TensorRT 7.

## Why it fails
The attribute is not read: on ties the first index is returned.

## Fix
Reverse the axis, take ArgMax, subtract from the size.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD329",
    name="argmax-last-index-ignored",
    severity="error",
    outcome="wrong-output",
    tensorrt="<8.0",
    sources=("onnx-tensorrt 7.1 to 7.2.3 argMinMaxHelper: select_last_index is not read",),
)


def describe(node, row):
    return "%s select_last_index=1 is ignored: on ties the FIRST index of axis %d is returned" % (
        node.op_type,
        node.attr("axis", 0),
    )
