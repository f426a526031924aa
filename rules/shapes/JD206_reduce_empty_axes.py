"""A reduction with an empty axes initializer

## What it detects
ReduceSum (opset 13) or ReduceLogSum (opset 18) whose axes input is an initializer with no elements.

## Why it fails
ONNX reads it as "all axes" (with `noop_with_empty_axes=0`). TensorRT 8.0 to 9.3 takes the empty list
literally and then refuses a reduction over no axes (`no dimensions to be reduced`). 10.0 and later reduce
all axes.

## Fix
Drop the empty input, or export without it (`x.sum()` instead of `x.sum(dim=[])`).
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD206",
    name="reduce-empty-axes",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt 8.0-GA onnx2trt_utils.cpp:1748 reduceTensor; 9.3 the same",),
)


def describe(node, row):
    return "%s has an empty axes input (%s): all axes to ONNX; this release stops" % (node.op_type, node.inputs[1])
