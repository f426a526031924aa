"""A Pad mode, value or size that is refused

## What it detects
A Pad with a mode, a constant value or negative pads that the release has no layer for.

## Why it fails
Before 8.2 only zero padding exists; `wrap` comes with 10.0; negative pads (cropping) with 10.4.

## Fix
The Pad is written with Slice and Concat.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD325",
    name="pad-refused",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/restrictions.json)",),
)
