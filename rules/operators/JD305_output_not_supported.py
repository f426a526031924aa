"""An optional output that TensorRT does not compute

## What it detects
A second output (MaxPool indices, BatchNormalization statistics, LayerNormalization mean, Dropout mask) that
is asked for.

## Why it fails
The layer has one output; the importer refuses the rest or fails when it is looked up.

## Fix
Unused outputs are dropped; used ones need the model exported in inference mode or the operator written out.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD305",
    name="output-not-supported",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/restrictions.json)",),
)
