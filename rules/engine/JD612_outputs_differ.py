"""Outputs differ from those of ONNX Runtime

## What it detects
`jetdoctor verify` ran the model, or the engine that was built from it, and an output is not the one that ONNX Runtime
gives for the same inputs, or a limit that was asked for (`--max-latency-ms`, a precision) was not kept.

## Why it fails
The finding says which output, by how much and, where it was searched for, the first tensor that differs. A release that
reads an operator in another way is one cause, a lower precision another, a repair that is none a third.

## Fix
`jetdoctor check MODEL --target T` tells what that release reads in another way, `verify --precision fp32` whether the
precision is to blame, `--keep-fp32 NODES` keeps some nodes out of it.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD612",
    name="outputs-differ",
    severity="error",
    outcome="wrong-output",
    sources=("outputs compared by jetdoctor verify",),
)
