"""MatMul of a vector with a batched matrix

## What it detects
A MatMul whose first operand has rank 1 and the second rank 3 or more.

## Why it fails
The importer adds one axis to the vector and does not broadcast it over the batch.

## Fix
Unsqueeze the vector to rank 2 and squeeze the result.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD211",
    name="matmul-vector-by-batch",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
