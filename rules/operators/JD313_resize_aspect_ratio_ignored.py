"""Resize `keep_aspect_ratio_policy` is ignored

## What it detects
A Resize with `not_larger` or `not_smaller`.

## Why it fails
Before TensorRT 10.0 the attribute is not read and the output is stretched to the requested sizes; from 10.0
the node is refused.

## Fix
For static shapes the final sizes are computed and the policy becomes `stretch`.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD313",
    name="resize-aspect-ratio-ignored",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
