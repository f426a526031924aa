"""GroupNormalization with one group normalizes every channel by itself

## What it detects
A GroupNormalization with `num_groups=1` and more than one channel: a layer norm over channels and space, as many
vision models use it (ConvNeXt-like blocks, PoolFormer, audio separation).

## Why it fails
The parser passes the number of groups to TensorRT's normalization layer, for which one group means no grouping: mean
and variance are taken over space only, one pair for each channel. Two groups or more are right. For opset 21 and up
10.9 to 10.14 take another path and are right.

## Fix
It is decomposed into InstanceNormalization over one flat channel.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD356",
    name="groupnorm-one-group",
    severity="error",
    outcome="wrong-output",
    tensorrt=">=8.6",
    sources=(
        "onnx-tensorrt normalizationHelper, 8.6-GA to 10.15: setNbGroups(1) with the spatial axes only",
        "values of the 8.6, 10.3 and 10.10 parsers' networks",
        "https://github.com/NVIDIA/TensorRT/issues/4756",
    ),
)


def describe(node, row):
    return "GroupNormalization with one group is computed as InstanceNormalization: every channel by itself"
