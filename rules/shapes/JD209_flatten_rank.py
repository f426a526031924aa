"""Flatten passes rank 1 and 2 through unchanged

## What it detects
A Flatten with axis 0 on a rank-2 input, or axis 1 on a rank-1 input.

## Why it fails
The importer hands an input of rank 2 or less on as it is, whatever the axis. [M, N] with axis 0 should
become [1, M*N].

## Fix
A Reshape to the right shape says it in every release.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD209",
    name="flatten-rank",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
