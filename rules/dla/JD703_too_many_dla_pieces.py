"""More pieces on the DLA than a core can hold

## What it detects
With `--dla`: layers on the GPU cut the model into more than 16 pieces on the DLA.

## Why it fails
Each connected piece becomes a DLA loadable. A core holds 16 of them at a time (NVIDIA's general restrictions); the
engine does not load, or the builder moves pieces to the GPU. Long before that the copies between the two cost more
than the DLA saves.

## Fix
Move what is between the pieces to the DLA (findings JD702), or give the DLA only one contiguous part of the
model: build two engines, or set the device of each layer with the API.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD703",
    name="too-many-dla-pieces",
    severity="warning",
    outcome="build-risk",
    sources=("https://docs.nvidia.com/deeplearning/tensorrt/latest/inference-library/dla-layer-restrictions.html",),
)
