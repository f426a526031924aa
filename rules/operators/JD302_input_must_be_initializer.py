"""An input must be an initializer

## What it detects
A node input that the importer only takes as weights and that is computed instead, be it by a mere Identity
of an initializer.

## Why it fails
Old importers read these inputs while they parse. A graph initializer or the output of Constant counts; an
Identity of one does not.

## Fix
Constant inputs are promoted to initializers, computed ones are folded where they do not depend on the
input.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD302",
    name="input-must-be-initializer",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/restrictions.json)",),
)
