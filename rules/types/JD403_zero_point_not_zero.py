"""A zero point that is not zero

## What it detects
QuantizeLinear or DequantizeLinear with a zero point other than 0.

## Why it fails
TensorRT quantizes symmetrically. 7.x replaces the zero point by 0 with only a warning.

## Fix
Quantize symmetrically (`activation_symmetric=True`), or re-quantize: both change values.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD403",
    name="zero-point-not-zero",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/restrictions.json)",),
)
