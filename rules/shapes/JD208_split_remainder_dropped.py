"""Split `num_outputs` drops the remainder

## What it detects
A Split of opset 18 without a `split` input whose dimension is not divisible by the number of outputs (or,
before 7.2.2, any `split` input).

## Why it fails
ONNX makes chunks of ceil(dim / outputs) with a smaller last one. TensorRT before 10.0 makes chunks of
floor(dim / outputs) and drops the rest.

## Fix
The sizes are written out as a constant `split` input.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD208",
    name="split-remainder-dropped",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importer sources of each release (rows in rules/data/semantics.json)",),
)
