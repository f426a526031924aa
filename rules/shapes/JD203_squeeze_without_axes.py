"""Squeeze without axes on a dynamic shape

## What it detects
A Squeeze with neither an `axes` attribute nor an axes input whose input shape is not static.

## Why it fails
The parser has to know which dimensions are 1 when it builds the network; with dynamic dimensions it cannot.

## Fix
Write the axes out, where shape inference knows them, or freeze the input shape (`jetdoctor fix --freeze
NAME=SHAPE`).
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD203",
    name="squeeze-without-axes",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
