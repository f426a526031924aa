"""Local functions are not inlined before 9.0

## What it detects
A node that calls a function defined inside the model (dynamo and onnxscript exports).

## Why it fails
The parser does not read the list of functions and looks for a plugin of that name.

## Fix
The functions are inlined: the same graph, written out.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD801",
    name="local-functions",
    severity="error",
    outcome="rejected",
    tensorrt="<9.0",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
