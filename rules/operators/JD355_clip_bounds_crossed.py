"""Clip with a minimum above its maximum

## What it detects
A Clip of floats whose constant minimum is greater than its constant maximum.

## Why it fails
ONNX (and ONNX Runtime) then returns the maximum. TensorRT's clip layer applies the minimum last and returns
the minimum. Such bounds are usually a mistake in the model.

## Fix
Check the bounds. Lowering the minimum to the maximum keeps what ONNX means.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD355",
    name="clip-bounds-crossed",
    severity="error",
    outcome="wrong-output",
    sources=(
        "NvInfer.h, ActivationType::kCLIP: max(alpha, min(beta, x))",
        "values of the 8.4, 8.6 and 10.3 parsers' networks",
    ),
)


def describe(node, row):
    return "Clip's minimum is above its maximum: ONNX returns the maximum, TensorRT the minimum"
