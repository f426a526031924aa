"""A UINT8 zero point is quantized as INT8

## What it detects
QuantizeLinear or DequantizeLinear with a UINT8 zero point that is zero.

## Why it fails
TensorRT quantizes to INT8: values above 127 saturate.

## Fix
Re-quantize to INT8 (shifted by 128 where the zero point becomes 0).
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD405",
    name="quantize-uint8",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
