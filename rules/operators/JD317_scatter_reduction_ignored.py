"""Scatter `reduction` is ignored

## What it detects
ScatterElements or ScatterND with `reduction` add, mul, max or min.

## Why it fails
Before TensorRT 10.0 the attribute is not read and values overwrite each other; ScatterND with a reduction
is refused from 10.0.

## Fix
With unique indices: gather, combine, scatter. With duplicates the result cannot be had this way.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD317",
    name="scatter-reduction-ignored",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
