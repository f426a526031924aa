"""Shape's `start` and `end` are ignored

## What it detects
A Shape node of opset 15 or newer with `start` or `end` that leave out at least one dimension.

## Why it fails
Before TensorRT 10.0 the attributes are not read and the whole shape is returned; what follows computes with
too many numbers.

## Fix
Shape followed by Slice says the same in every release.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD207",
    name="shape-slice-ignored",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
