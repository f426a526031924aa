"""Resize `antialias=1` is ignored

## What it detects
A Resize with `antialias=1`.

## Why it fails
Before TensorRT 10.0 the attribute is not read and down-sampling aliases; from 10.0 the node is refused.

## Fix
No exact equivalent: export with antialias off after checking accuracy, or down-sample with a fixed
depthwise Conv.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD312",
    name="resize-antialias-ignored",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
