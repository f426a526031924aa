"""Constant `value_int(s)` is read as zero or empty

## What it detects
A Constant node that holds `value_int` or `value_ints`.

## Why it fails
TensorRT 8.0 to 9.1 stores integers given this way as 0 or an empty tensor; 7.x refuses the node.

## Fix
The integers are written as a `value` tensor: the same in every runtime.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD319",
    name="constant-integers-misread",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
