"""Flatten passes rank 1 and 2 through unchanged, or refuses an axis equal to the rank

## What it detects
A Flatten with axis 0 on a rank-2 input whose first dimension is not 1, or with an axis that equals the rank
(everything becomes rows of one number).

## Why it fails
Until TensorRT 8.4.1 the importer passes an input of rank 2 or less on as it is, whatever the axis. [M,N]
with axis 0 should become [1,M*N], [N] with axis 1 should become [N,1]. TensorRT 8.0 and older refuse an axis
that equals the rank instead.

## Fix
A Reshape to the right shape works in every release (`x.reshape(1, -1)`).
"""

from jetdoctor.rule import Fix, Match, Rule, VersionRange, brackets

RULE = Rule(
    id="JD209",
    name="flatten-rank",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importFlatten: 8.0-GA builtin_op_importers.cpp:1380, 8.2-GA:1443, 8.4.1 (1da7332):1445",),
    ops=("Flatten",),
)

_FIXES = (Fix("Replace Flatten with Reshape", rewrite="flatten_to_reshape"),)
_REFUSED, _HANDED_ON = VersionRange.parse("<8.2"), VersionRange.parse(">=8.2,<8.4.2")


def check_node(node):
    """The axis behind the last; that of rank 1 is a row of rules/facts/Flatten.json."""
    shape = node.input(0).shape
    if shape is None or len(shape) < 2 or node.attr("axis", 1) != len(shape):
        return
    refused = "Flatten of %s with axis %d: this parser refuses an axis equal to the rank"
    wrong = "Flatten of %s with axis %d should give [N,1]; this parser passes the input on unchanged"
    found = [(refused, "rejected", _REFUSED)]
    if len(shape) == 2 and shape[1] != 1:
        found.append((wrong, "wrong-output", _HANDED_ON))
    for text, outcome, releases in found:
        message = text % (brackets(shape), len(shape))
        yield Match(
            message,
            node,
            outcome=outcome,
            tensorrt=releases,
            fixes=_FIXES,
            basis="measured",
            reading="flatten_passed" if outcome == "wrong-output" else "",
            cause=outcome,
        )


def describe(node, row):
    shape = node.input(0).shape
    if row.get("status") == "rejected":
        return "Flatten of %s with axis 1: this parser refuses an axis equal to the rank" % brackets(shape)
    wanted = "[1,N]" if len(shape) == 2 else "rank 2"
    return "Flatten of %s with axis %d should give %s; this parser passes the input on unchanged" % (
        brackets(shape),
        node.attr("axis", 1),
        wanted,
    )
