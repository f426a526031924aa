"""A tensor type that TensorRT does not have

## What it detects
A graph input, initializer or intermediate tensor of a type that the release does not have: UINT8 before 8.5
(and between two nodes in every release), INT16, UINT16 and UINT32 always, DOUBLE in 7.1, BFLOAT16 before
9.0, STRING, sequences.

## Why it fails
The parser converts the type of every graph input and initializer before it looks at a node, and stops at
one that it does not know: `Failed to convert ONNX date type to TensorRT data type.` (sic) or `Failed
to import initializer.`

## Fix
UINT32 and UINT64 between two Casts are carried in the signed type with the same bits. Otherwise export with
FLOAT or INT32 tensors. An image input of UINT8 becomes a FLOAT input with the Cast on the host.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD402",
    name="tensor-type-unknown",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/facts)",),
)
