"""A reduction's axes input is ignored: every axis is reduced

## What it detects
ReduceMean, ReduceMax, ReduceMin, ReduceProd, ReduceL1, ReduceL2, ReduceSumSquare, ReduceLogSum(Exp) or
ReduceSum that gives its axes as an *input*, in a release whose importer reads only the attribute, and whose
axes leave out at least one axis.

## Why it fails
Opset 18 (13 for ReduceSum) moved `axes` from an attribute to an input. TensorRT before 10.0 still asks for
the attribute, finds none, and reduces over **all** axes. Nothing is said. With keepdims the result is
[1,1,1,1], so that a global average pool followed by a Reshape ends in `reshape changes volume. Reshaping
[1,1,1,1] to [1,1280]`; where no Reshape follows (layer normalization written out, squeeze-and-excite) the
engine builds and computes something else. ReduceLogSumExp loses its axes until 10.10.

## Fix
The opset is lowered to 17, where `axes` is an attribute again; jetdoctor's own adapters do it and leave
everything else as it is. Where the opset cannot be lowered, ReduceMean becomes ReduceSum divided by the
number of elements.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD204",
    name="reduce-axes-ignored",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
