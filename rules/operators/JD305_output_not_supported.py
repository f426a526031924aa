"""An optional output that TensorRT does not compute

## What it detects
A second output that is declared: MaxPool indices, BatchNormalization statistics, LayerNormalization mean and
inverse deviation, a Dropout mask (7.x).

## Why it fails
The layer has one output; the importer refuses the rest or fails when it is looked up. Until 10.5 an extra
output with an empty name counts as well.

## Fix
Unused outputs are dropped; used ones need the model exported in evaluation mode or the operator
decomposed. MaxPool indices feed MaxUnpool, which no release imports: replace the pair (ConvTranspose, Resize).
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD305",
    name="output-not-supported",
    severity="error",
    outcome="rejected",
    sources=(
        "onnx-tensorrt importer sources of each release (rows with JD305 in rules/facts)",
    ),
)


def describe(node, row):
    extra = ", ".join(name or '""' for name in list(node.outputs)[1:])
    return "%s lists the extra output%s %s; TensorRT computes the first one only" % (
        node.op_type,
        "" if len(node.outputs) == 2 else "s",
        extra,
    )
