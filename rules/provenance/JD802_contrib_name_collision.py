"""A custom operator is taken for the ONNX operator of the same name

## What it detects
A node of another domain (com.microsoft, ai.onnx.ml …) whose operator name has an importer.

## Why it fails
Importers are found by operator name alone, whatever the domain: the node is imported with ONNX's meaning.

## Fix
Export without contrib operators (ONNX Runtime: `optimization level basic`), or expand the node to ONNX
operators.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD802",
    name="contrib-name-collision",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
