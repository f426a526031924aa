"""Celu acts as Relu before 8.4

## What it detects
A Celu node for TensorRT 8.0 to 8.2.

## Why it fails
The importer raises alpha to the power (exp(x/alpha) - 1) where it should multiply. For a positive alpha
that is positive and is clamped to 0: the negative half is lost and the operator acts as Relu, whatever
alpha is. The 8.4 release notes confirm it.

## Fix
Max(0, x) + Min(0, alpha * (Exp(x / alpha) - 1)) works in every release.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD322",
    name="celu-misread",
    severity="error",
    outcome="wrong-output",
    tensorrt=">=8.0,<8.4",
    sources=(
        "onnx-tensorrt importCelu: kPOW in 8.0-GA and 8.2-GA, kPROD from 8.4; onnx-tensorrt change log 8.4 GA",
    ),
)


def describe(node, row):
    return "Celu (alpha=%g) loses its negative half in this release: it acts as Relu" % node.attr("alpha", 1.0)
