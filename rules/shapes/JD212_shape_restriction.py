"""A rank or shape that the importer refuses

## What it detects
A node whose input rank, shape or number of inputs is outside of what that release's importer asserts.

## Why it fails
Importers check ranks and shapes before they add a layer; the finding quotes the text that the build log
shows.

## Fix
Reshape, unsqueeze or split the tensor so that it has the rank that the finding names.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD212",
    name="shape-restriction",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/restrictions.json)",),
)
