"""TopK `largest=0` returns the largest

## What it detects
A TopK with `largest=0`, that is, the k smallest values (`torch.topk(..., largest=False)`, `kthvalue`).

## Why it fails
Before TensorRT 8.5 the attribute is not read: the k **largest** values come back, with their indices.
There is no warning, and the shapes are right.

## Fix
Negate the input, take the largest, negate the values: the indices stay the same.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD310",
    name="topk-smallest-ignored",
    severity="error",
    outcome="wrong-output",
    tensorrt=">=7.0,<8.5",
    sources=("onnx-tensorrt importTopK, 7.1 to 8.4-GA: largest is not read; 8.5-GA reads it",),
)


def describe(node, row):
    k = node.attr("k")
    numbers = node.input(1).integers()
    k = numbers[0] if k is None and numbers else k
    return "TopK largest=0 is ignored: the %s LARGEST values are returned, not the smallest" % (k or "k")
