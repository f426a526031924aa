"""An operator that this parser does not know

## What it detects
A node whose operator has no importer in that release and is not a TensorRT plugin either.

## Why it fails
The parser looks for a plugin of that name, finds none and stops: `No importer registered for op` or `Plugin
not found`. The documented support matrix and the importer table do not always agree; jetdoctor goes by the
importer table.

## Fix
Where ONNX operators with an importer can express it, the node is decomposed into them. Otherwise:
another opset or exporter, a plugin, a newer JetPack, or ONNX Runtime for that model.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD301",
    name="operator-without-importer",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer tables of each release (rules/facts)",),
)
