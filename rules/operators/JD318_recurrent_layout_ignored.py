"""LSTM, GRU, RNN `layout=1` is ignored

## What it detects
A recurrent node with `layout=1` (batch first).

## Why it fails
The attribute is never read, in any release: the batch is taken for time.

## Fix
Transposes before and after, with `layout=0`.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD318",
    name="recurrent-layout-ignored",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
