"""`noop_with_empty_axes=1` is ignored: everything is reduced

## What it detects
A reduction with `noop_with_empty_axes=1` and no axes, which ONNX defines as "reduce nothing".

## Why it fails
Before TensorRT 10.0 the attribute is not read and all axes are reduced. The composite reductions (L1, L2,
LogSum, LogSumExp, SumSquare) still get it wrong later: they must apply their elementwise part.

## Fix
The node is replaced by what it means: Identity, or the elementwise part (Abs, Mul, Log).
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD205",
    name="reduce-noop-ignored",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
