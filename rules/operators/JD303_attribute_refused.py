"""An attribute value that the importer refuses

## What it detects
A node with an attribute (or a combination of attributes) that the release's importer asserts against.

## Why it fails
The layer behind the importer has no such mode; the finding quotes the text that the build log shows.

## Fix
Where an exact rewrite exists it is offered; otherwise export with another mode.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD303",
    name="attribute-refused",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/restrictions.json)",),
)
