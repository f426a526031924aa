"""A Scatter writes to one position twice

## What it detects
ScatterND or ScatterElements without a reduction, whose constant indices name a position more than once.

## Why it fails
ONNX and TensorRT do not define which of the updates wins (`NvInfer.h`, IScatterLayer: the indices must be unique). ONNX
Runtime writes in order, so the last one wins; on a GPU any may.

## Fix
Make the indices unique at export, or sum up with `reduction="add"` if that is meant.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD345",
    name="scatter-to-one-place-twice",
    severity="warning",
    outcome="wrong-output",
    tensorrt=">=8.2",
    sources=("NVIDIA/TensorRT include/NvInfer.h 8.2 to 11.1, IScatterLayer",),
)
