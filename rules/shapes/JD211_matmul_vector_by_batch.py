"""MatMul of a vector with a batched matrix

## What it detects
A MatMul whose first operand has rank 1 and whose second has rank 3 or more.

## Why it fails
The importer adds one axis to the vector and squeezes the result at position 0, not before the last: with a
leading batch dimension other than 1 the shape does not fit (`reshape changes volume`). Measured from 8.0 to
10.10.

## Fix
Unsqueeze the vector to [1,K] before the MatMul and squeeze axis -2 of the result.
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD211",
    name="matmul-vector-by-batch",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt 8.5-GA importMatMul; refused in runs of 8.0 to 10.10",),
)


def describe(node, row):
    return "MatMul of the vector %s with %s: the parser squeezes the wrong axis of the result" % (
        brackets(node.input(0).shape),
        brackets(node.input(1).shape),
    )
