"""A custom operator without a plugin

## What it detects
A node of a custom domain, or with a name that is not an ONNX operator's, for which TensorRT ships no plugin.

## Why it fails
The parser looks for a plugin creator of that name and finds none: `Plugin not found, are the plugin name,
version, and namespace correct?`

## Fix
Supply the plugin (pass `--plugin NAME` to jetdoctor and `--plugins=libmine.so` to trtexec), or export
without the operator.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD803",
    name="custom-operator-without-plugin",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer tables of each release (rules/facts)",),
)
