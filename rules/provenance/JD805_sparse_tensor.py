"""Sparse tensors and string constants are refused

## What it detects
A sparse initializer, or a Constant with `sparse_value` or strings.

## Why it fails
The parser reads dense tensors of numbers only: a sparse initializer is not registered at all (`Node input
was not registered.`).

## Fix
Sparse tensors become dense. Process strings before the model.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD805",
    name="sparse-tensor",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/facts)",),
)


def describe(node, row):
    if node is None:
        return "this parser does not read sparse initializers: the nodes that use it find nothing"
    written = next((n for n in ("sparse_value", "value_string", "value_strings") if node.has_attr(n)), "value")
    return "Constant %s is not read by this parser" % written
