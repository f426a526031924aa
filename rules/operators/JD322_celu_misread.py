"""Celu computes something else before 8.4

## What it detects
A Celu node.

## Why it fails
The importer of TensorRT 7.2.2 to 8.2 composes it wrongly when alpha is not 1.

## Fix
Max(0, x) + Min(0, alpha * (Exp(x / alpha) - 1)) says it in every release.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD322",
    name="celu-misread",
    severity="error",
    outcome="wrong-output",
    tensorrt=">=7.2.3,<8.4",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
