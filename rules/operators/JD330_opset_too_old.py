"""An opset below 7

## What it detects
A model of an opset below 7 with elementwise operators that broadcast by attribute.

## Why it fails
Broadcasting by `axis` attribute was removed in opset 7 and the parsers do not read it.

## Fix
The model is converted to opset 11 or newer.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD330",
    name="opset-too-old",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/facts)",),
)
