"""A Loop's own condition is not fed back before 8.0

## What it detects
A Loop whose body computes its condition, for TensorRT 7. A Loop that only counts (its condition is a
constant, or passed on unchanged) is not reported.

## Why it fails
The condition that the body computes is not used: a while-loop does not stop by itself and runs to its trip
count.

## Fix
Unroll the loop at export, or use a newer JetPack.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD326",
    name="loop-condition-ignored",
    severity="error",
    outcome="wrong-output",
    tensorrt="<8.0",
    sources=("onnx-tensorrt 7.1 to 7.2.3 importLoop: the body's condition output is not fed back",),
)


def describe(node, row):
    return "Loop: the condition that its body computes is not fed back; it runs to its trip count"
