"""A reduction with an empty axes initializer

## What it detects
ReduceSum or ReduceLogSum whose axes input is an initializer with no elements.

## Why it fails
ONNX reads it as "all axes"; TensorRT 8.0 to 9.3 fails on the empty weights.

## Fix
The empty input is dropped, or the axes move to the attribute by lowering the opset.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD206",
    name="reduce-empty-axes",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
