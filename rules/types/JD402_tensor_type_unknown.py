"""A tensor type that the parser has no type for

## What it detects
A graph input, initializer or intermediate tensor of a type (UINT8, INT16, DOUBLE in 7.1, BFLOAT16 before
9.0, STRING, sequences …) that the release does not have.

## Why it fails
The parser converts every tensor's type first and stops at one that it does not know.

## Fix
Export with FLOAT or INT32 tensors; cast on the host before the model's input.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD402",
    name="tensor-type-unknown",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/restrictions.json)",),
)
