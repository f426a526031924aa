"""Sparse tensors and string constants are refused

## What it detects
A sparse initializer, or a Constant with `sparse_value` or strings.

## Why it fails
The parser reads dense tensors of numbers only.

## Fix
Sparse tensors are written out densely.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD805",
    name="sparse-tensor",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
