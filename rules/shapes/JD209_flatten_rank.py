"""Flatten passes rank 1 and 2 through unchanged

## What it detects
A Flatten with axis 0 on a rank-2 input whose first dimension is not 1, or with axis 1 on a rank-1 input.

## Why it fails
Until TensorRT 8.4.1 the importer hands an input of rank 2 or less on as it is, whatever the axis. [M,N]
with axis 0 should become [1,M*N], [N] with axis 1 should become [N,1]. TensorRT 8.0 and older refuse the
rank-1 form instead.

## Fix
A Reshape to the right shape says it in every release (`x.reshape(1, -1)`).
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD209",
    name="flatten-rank",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importFlatten: 8.0-GA builtin_op_importers.cpp:1380, 8.2-GA:1443, 8.4.1 (1da7332):1445",),
)


def describe(node, row):
    shape = node.input(0).shape
    if row.get("status") == "rejected":
        return "Flatten of %s with axis 1: this parser refuses an axis equal to the rank" % brackets(shape)
    wanted = "[1,N]" if len(shape) == 2 else "rank 2"
    return "Flatten of %s with axis %d should give %s; this parser hands the input on unchanged" % (
        brackets(shape),
        node.attr("axis", 1),
        wanted,
    )
