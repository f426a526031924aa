"""Reshape `allowzero=1` is ignored before 8.0

## What it detects
A Reshape with `allowzero=1` for TensorRT 7.

## Why it fails
The attribute is not read: a 0 in the shape copies the input's dimension instead of making an empty one.

## Fix
Remove the empty branch, or give the shape without zeros.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD213",
    name="reshape-zero-copied",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
