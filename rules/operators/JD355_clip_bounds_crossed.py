"""Clip with a minimum above its maximum

## What it detects
A Clip of floats whose constant minimum is greater than its constant maximum.

## Why it fails
ONNX (and ONNX Runtime) answers with the maximum then. TensorRT's clip layer takes the minimum last and answers with
the minimum. Such bounds are mostly a mistake in the model.

## Fix
Look at the bounds. As the model stands, lowering the minimum to the maximum says what ONNX means.
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
    return "Clip's minimum is above its maximum: ONNX answers with the maximum, TensorRT with the minimum"
