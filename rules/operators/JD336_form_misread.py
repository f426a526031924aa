"""A form of the operator that the importer misreads

## What it detects
A node with an input, an attribute or a rank that this release's importer does not read, or mistakes for
something else: Attention with `nonpad_kv_seqlen` or a sliding window, LayerNormalization whose scale is an
empty name.

## Why it fails
Nothing is refused: the network is built but computes something else. The finding says what.

## Fix
The operator is decomposed where that is possible. The first release that reads the form is in
`jetdoctor ops OP`.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD336",
    name="form-misread",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows with JD336 in rules/facts)",),
)


def describe(node, row):
    return "%s with %s: %s" % (node.op_type, row["change"], row["what"])
