"""A Loop's own condition is not fed back before 8.0

## What it detects
A Loop node for TensorRT 7.

## Why it fails
The condition that the body computes is not used: a while-loop does not stop by itself. Trip-count loops are
fine.

## Fix
Unroll the loop at export, or use a newer JetPack.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD326",
    name="loop-condition-ignored",
    severity="error",
    outcome="wrong-output",
    tensorrt="<8.0",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
