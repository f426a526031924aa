"""A Resize or Upsample form that is refused

## What it detects
A Resize or Upsample with a mode, a coordinate transformation, axes or scales that the release has no layer
for.

## Why it fails
The resize layer of each release knows some coordinate transformations and resizes only the innermost
dimensions.

## Fix
Scales and sizes are written out in full and modes normalized where the result is the same.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD327",
    name="resize-refused",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/restrictions.json)",),
)
