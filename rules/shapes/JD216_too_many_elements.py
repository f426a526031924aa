"""A tensor has more elements than TensorRT can count

## What it detects
A tensor of 2^31 elements or more before TensorRT 10.10, or of 2^30 or more before 8.2. Open sizes count as 1.

## Why it fails
`NvInfer.h` limits the volume of a tensor: below 2^30 elements until 8.0, below 2^31 from 8.2 on. 10.10 accepts larger
tensors in most layers.

## Fix
Split the tensor, or drop an Expand or Tile before an addition, which broadcasts anyway.
"""

from jetdoctor.rules.shapes._extents import count, extremes, place

from jetdoctor.rule import Match, Rule, VersionRange, brackets

RULE = Rule(
    id="JD216",
    name="too-many-elements",
    severity="error",
    outcome="rejected",
    tensorrt="<10.10",
    sources=(
        "NVIDIA/TensorRT include/NvInfer.h 7.1 to 10.10: volume below 2^30, from 8.2 on below 2^31",
        "https://docs.nvidia.com/deeplearning/tensorrt/10.10.0/getting-started/release-notes.html (larger tensors)",
    ),
)

_LIMITS = ((30, VersionRange.parse("<8.2")), (31, VersionRange.parse(">=8.2,<10.10")))


def check_model(model):
    """One finding for all tensors of a range of releases."""
    for graph, name, shape in extremes(model):
        for power, releases in _LIMITS:
            if count(shape) >= 1 << power:
                yield Match(
                    "%s has the shape %s, which is 2^%d elements or more" % (name, brackets(shape), power),
                    place(graph, name),
                    tensor=name,
                    tensorrt=releases,
                    cause=power,
                    basis="documented",
                )
