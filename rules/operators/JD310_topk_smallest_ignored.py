"""TopK `largest=0` returns the largest

## What it detects
A TopK with `largest=0`.

## Why it fails
Before TensorRT 8.5 the attribute is not read: the k largest values are returned instead of the k smallest.

## Fix
Negate the input, take the largest, negate the values: indices stay the same.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD310",
    name="topk-smallest-ignored",
    severity="error",
    outcome="wrong-output",
    tensorrt=">=7.0,<8.5",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
