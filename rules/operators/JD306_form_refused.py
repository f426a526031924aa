"""A form of the operator that the importer refuses

## What it detects
A node in a schema form that this release's importer does not take.

## Why it fails
The operator has an importer, but not for this form.

## Fix
See the finding; the first release that takes the form is in `jetdoctor ops OP`.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD306",
    name="form-refused",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
