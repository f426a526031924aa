"""Nearest half-pixel Resize is sampled asymmetrically in 7.1

## What it detects
A nearest Resize with floor rounding and half-pixel coordinates for TensorRT 7.1.

## Why it fails
The layer has no half-pixel nearest sampling; the mode is taken as asymmetric.

## Fix
Export with asymmetric coordinates.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD328",
    name="resize-half-pixel-nearest",
    severity="error",
    outcome="wrong-output",
    tensorrt="<7.2",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
