"""RoiAlign without `sampling_ratio`

## What it detects
A RoiAlign that omits `sampling_ratio`.

## Why it fails
ONNX's default 0 means adaptive: ceil(roi size / output size) samples per bin. The importer's default is 1
sample per bin, in every release from 8.5 on: features of large boxes are sampled too coarsely.

## Fix
`sampling_ratio` is set explicitly.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD316",
    name="roialign-sampling-default",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importRoiAlign, 8.5-GA to 10.10-GA; 10.15 (attribute default)",),
)


def describe(node, row):
    return "RoiAlign omits sampling_ratio: ONNX adapts to the box, TensorRT takes 1 sample per bin"
