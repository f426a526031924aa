"""Trilu without `upper` keeps the lower triangle

## What it detects
A Trilu that omits `upper`.

## Why it fails
ONNX's default is 1, the upper triangle. The importer's default is 0, in every release that has one (8.5 on): the
engine builds and keeps the other half. PyTorch's exporters write the attribute; hand-written models and other
converters leave it out.

## Fix
`upper=1` is set explicitly.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD333",
    name="trilu-upper-omitted",
    severity="error",
    outcome="wrong-output",
    tensorrt=">=8.5",
    sources=("onnx-tensorrt importer of Trilu, 8.5-GA to 10.10-GA: the default of `upper` is 0",),
)


def describe(node, row):
    return "Trilu omits upper: ONNX keeps the upper triangle, TensorRT the lower one"
