"""The default domain spelled `ai.onnx` beside another one

## What it detects
A model that imports `ai.onnx` by name together with a second domain.

## Why it fails
Before 8.4.1 the parser looks up the opset under the empty name and fails with `map::at`.

## Fix
The domain is written as the empty string, which means the same.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD806",
    name="default-domain-spelled-out",
    severity="error",
    outcome="rejected",
    tensorrt="<8.4.1",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
