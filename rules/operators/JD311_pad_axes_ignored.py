"""Pad's axes input is ignored

## What it detects
A Pad of opset 18 with an axes input.

## Why it fails
Before 8.5 the input is not read: the pads go to the wrong axes and the constant value becomes 0. From 8.5
to 9.3 it is refused.

## Fix
The pads are written out for every axis, zeros for those left alone.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD311",
    name="pad-axes-ignored",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
