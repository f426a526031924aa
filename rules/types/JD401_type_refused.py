"""An element type that the operator does not take

## What it detects
A node with an input of a type that this release's importer refuses for the operator.

## Why it fails
TensorRT's layers know fewer types than ONNX: the importer asserts or the layer refuses. INT64 is INT32 up
to 8.6, DOUBLE is FLOAT everywhere.

## Fix
Casts around the node where they are exact for the values concerned.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD401",
    name="type-refused",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/restrictions.json)",),
)
