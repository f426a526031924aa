"""Scatter `reduction` is ignored

## What it detects
ScatterElements or ScatterND with `reduction` add, mul, max or min (`scatter_add`, `index_add`,
`index_put(accumulate=True)`).

## Why it fails
Before TensorRT 10.0 the attribute is not read and the updates overwrite the data. ScatterND with a
reduction is refused from 10.0; ScatterElements with one needs its plugin there.

## Fix
With unique indices: gather, combine, scatter. With duplicate indices a sum is a MatMul with a one-hot
matrix; the others have no such form.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD317",
    name="scatter-reduction-ignored",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importScatterElements (8.2-GA to 9.3), importScatterND (8.0-GA to 9.3): not read",),
)


def describe(node, row):
    reduction = node.attr("reduction")
    if row.get("status") != "wrong-output":
        return "ScatterND reduction=%s is refused by this release" % reduction
    return "%s reduction=%s is ignored: updates overwrite the data instead" % (node.op_type, reduction)
