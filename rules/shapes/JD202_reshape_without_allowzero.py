"""Reshape without `allowzero` is refused by TensorRT 8.0 to 8.4.1

## What it detects
A Reshape in a model of opset 14 or newer that does not write the attribute `allowzero`.

## Why it fails
The importer of these releases looks the attribute up without a default, and the lookup fails. ONNX says
that a missing `allowzero` means 0. TensorRT 8.4.2 and 8.5 read it with its default.

## Fix
`allowzero=0` is written out: the same meaning in every runtime.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD202",
    name="reshape-without-allowzero",
    severity="error",
    outcome="rejected",
    tensorrt=">=8.0,<8.4.2",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
