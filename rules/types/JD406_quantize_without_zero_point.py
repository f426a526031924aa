"""Q/DQ without a zero point

## What it detects
QuantizeLinear or DequantizeLinear with two inputs.

## Why it fails
Before 9.0 the importer wants three inputs; later ones take the missing zero point as INT8, where ONNX says
UINT8.

## Fix
An INT8 zero point of zeros is written out (DequantizeLinear: of the input's type).
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD406",
    name="quantize-without-zero-point",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/restrictions.json)",),
)
