"""RoiAlign without `sampling_ratio`

## What it detects
A RoiAlign that leaves `sampling_ratio` to its default 0 (adaptive).

## Why it fails
The importer's default is not ONNX's: the number of samples per bin differs.

## Fix
`sampling_ratio` is written out.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD316",
    name="roialign-sampling-default",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
