"""A ceil_mode pool has one window too many

## What it detects
MaxPool or AveragePool with `ceil_mode=1` whose last window would start in the end padding.

## Why it fails
ONNX (since its errata) and PyTorch drop a window that starts entirely in the end padding. TensorRT rounds
up without that rule: one row or column too many.

## Fix
Make the padding explicit with `ceil_mode=0`, or change the kernel, stride or input size by one.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD210",
    name="pool-ceil-window-in-padding",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
