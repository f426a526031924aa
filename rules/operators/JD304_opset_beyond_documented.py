"""An opset beyond the documented range

## What it detects
A model whose opset is newer than the newest that NVIDIA documents for the release, and that has operators which
changed after it. Where none did, the model means the same at the documented opset.

## Why it fails
It need not: the parser does not enforce the documented maximum, so this is only a remark.
It refuses or misreads single operators, and jetdoctor names each of those. But outside the
documented range NVIDIA has tested nothing.

## Fix
Only if you need the documented range: `jetdoctor fix MODEL --opset N -o OUT`, or export with an older
opset.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD304",
    name="opset-beyond-documented",
    severity="info",
    outcome="undocumented",
    sources=("onnx-tensorrt docs/operators.md of each release; no check in ModelImporter",),
)
