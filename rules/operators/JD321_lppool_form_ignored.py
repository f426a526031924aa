"""LpPool `ceil_mode` or `dilations` is ignored

## What it detects
An LpPool of opset 18 with `ceil_mode=1` or dilations.

## Why it fails
Releases before 10.0 do not read the attributes; from 10.0 dilations are refused.

## Fix
Write it as Pow, AveragePool, Mul and Pow with explicit pads.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD321",
    name="lppool-form-ignored",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
