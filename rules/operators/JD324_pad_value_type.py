"""Pad's constant value is read with the wrong type

## What it detects
A Pad with a non-zero constant value that is not FLOAT.

## Why it fails
TensorRT 8.2 and 8.4.0 read its bytes as float32; before, anything but 0 is refused.

## Fix
The padded block is concatenated instead, or the data kept FLOAT around the Pad.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD324",
    name="pad-value-type",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
