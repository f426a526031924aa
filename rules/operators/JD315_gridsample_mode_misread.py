"""GridSample `linear` and `cubic` become nearest

## What it detects
A GridSample of opset 20 with the mode names `linear` or `cubic`.

## Why it fails
The importer knows the opset-16 names `bilinear` and `bicubic`; any other word becomes nearest, without a
message.

## Fix
The mode is written with its old name (and the opset lowered to 19, where the name is valid).
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD315",
    name="gridsample-mode-misread",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
