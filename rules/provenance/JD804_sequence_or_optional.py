"""Sequences and optionals have no place in TensorRT

## What it detects
A node that handles sequence or optional values.

## Why it fails
No release has a type for them.

## Fix
Pairs such as SplitToSequence and SequenceAt are rewritten to Split; optionals are removed.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD804",
    name="sequence-or-optional",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
