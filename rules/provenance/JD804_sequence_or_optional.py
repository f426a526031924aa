"""TensorRT has no sequences or optionals

## What it detects
An Identity of a sequence or optional value. (The operators on sequences have no importer: JD301.)

## Why it fails
No release has a type for them.

## Fix
Readers of a sequence get its elements, traced back to SequenceConstruct, SequenceInsert or
SplitToSequence; a Loop that fills one in a known number of iterations is unrolled first. Optionals are removed.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD804",
    name="sequence-or-optional",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/facts)",),
)


def describe(node, row):
    return "%s of a %s: TensorRT has only tensors" % (node.op_type, node.input(0).kind)
