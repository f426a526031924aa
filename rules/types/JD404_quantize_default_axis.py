"""Per-channel Q/DQ without an axis uses axis 0

## What it detects
QuantizeLinear or DequantizeLinear with several scales and no `axis` attribute.

## Why it fails
ONNX's default axis is 1, the parser's is 0 (until 10.10).

## Fix
`axis=1` is written out.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD404",
    name="quantize-default-axis",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
