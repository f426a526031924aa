"""A quantized type or form that is refused

## What it detects
Q/DQ with blocks, 4-bit, 16-bit or 8-bit float types, or scales that do not fit the axis.

## Why it fails
INT8 is all there is before 9.0 (FP8) and 10.0 (INT4, blocks); UINT4 and 16-bit types are in no release.

## Fix
Dequantize such weights offline.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD407",
    name="quantized-form-refused",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/restrictions.json)",),
)
