"""An input must be an initializer

## What it detects
A node input that the importer accepts only as weights and that is computed instead, even by a mere Identity
of an initializer: axes, K, pads, scales, bounds, Q/DQ scales, the bias or kernel of a convolution.

## Why it fails
The importer reads these inputs while it parses: `... must be an initializer!`. A graph initializer or the
output of Constant counts; an Identity of one does not. Newer releases require less: K of TopK may be
computed from 8.6 on, the axes of Slice from 10.3, a convolution's bias from 8.5.

## Fix
Constant inputs are promoted to initializers, computed ones are folded where they do not depend on the
input. What depends on the input must be exported differently (a fixed K, `dim=` as a number).
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD302",
    name="input-must-be-initializer",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/facts)",),
)


def describe(node, row):
    """If in TensorRT 7 has no branches at run time; everything else is a requirement with a common text."""
    if row.get("status") == "rejected":
        return "%s: its condition %s must be an initializer; this parser picks the branch while parsing" % (
            node.op_type,
            node.input(0).name,
        )
    return None
