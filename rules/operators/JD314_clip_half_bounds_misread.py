"""Clip reads FLOAT16 bounds as FLOAT

## What it detects
A Clip of opset 11 or newer whose min or max is a FLOAT16 initializer.

## Why it fails
Before TensorRT 8.5 the bytes are read as float32 whatever the type: the bounds become garbage.

## Fix
Max and Min with the same constants say it correctly.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD314",
    name="clip-half-bounds-misread",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
