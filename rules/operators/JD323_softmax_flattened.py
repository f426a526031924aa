"""Softmax of opset 13 is read with opset-12 rules

## What it detects
Softmax or LogSoftmax of opset 13 and newer for TensorRT 7.1 and 7.2.1.

## Why it fails
These parsers flatten to two dimensions at the axis and default to axis 1; opset 13 normalizes along one
axis and defaults to the last.

## Fix
The opset is lowered to 12 with the axis moved last.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD323",
    name="softmax-flattened",
    severity="error",
    outcome="wrong-output",
    tensorrt="<7.2.3",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
