"""An attribute value that the importer refuses

## What it detects
A node with an attribute (or a combination of attributes) that the release's importer asserts against:
dilated pools, `input_forget` of LSTM, `reduction` of ScatterND even when it says "none" (10.0 to 10.8),
upper-case letters in an Einsum equation, p other than 1 and 2 in the Lp operators, string and sparse
constants.

## Why it fails
The importer's layer has no such mode; the finding quotes the text that the build log shows.

## Fix
Where an exact rewrite exists it is offered; otherwise export with another mode.
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD303",
    name="attribute-refused",
    severity="error",
    outcome="rejected",
    sources=(
        "onnx-tensorrt importer sources of each release (rows with JD303 in rules/facts)",
    ),
)


def describe(node, row):
    if row.get("status") != "rejected":
        return None
    op_type = node.op_type
    if op_type in ("AveragePool", "MaxPool"):
        return "%s dilations=%s: this parser supports dense windows only" % (op_type, brackets(node.attr("dilations")))
    if op_type == "LSTM":
        return "LSTM input_forget=1 (coupled gates): the layer has no such mode"
    if op_type == "ScatterND":
        return 'ScatterND writes reduction="none", and this parser refuses the attribute whatever its value'
    if op_type == "Constant":
        return "Constant holds its value as value_float(s); this parser reads the tensor attribute only"
    return None
