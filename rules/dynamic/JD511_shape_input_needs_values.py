"""A network input is a size, so its values belong in the profile

## What it detects
An integer graph input whose values a Reshape, Slice, Resize, Range, Tile, Loop … needs as its size (a *shape tensor*).

## Why it fails
For such an input an optimization profile contains values (smallest, typical and largest), not only sizes; without them
the build fails or allows the wrong range. At run time its values must be in host memory.

## Fix
Give the values to trtexec in place of sizes (`--minShapes=NAME:VALUES`), or in a program to
`IOptimizationProfile.set_shape_input`. If the size is always the same, make it a constant of the model at export.
"""

from shlex import quote

from jetdoctor.rules.dynamic._shape_path import wanted_by

from jetdoctor.rule import Match, Rule, ShapeTensors

RULE = Rule(
    id="JD511",
    name="shape-input-needs-values",
    severity="info",
    outcome="build-risk",
    sources=("NVIDIA/TensorRT include/NvInfer.h 7.1 to 11.1, IOptimizationProfile::setShapeValues",),
)

_LONGEST = 8


def check_model(model):
    """One finding for each input; what folds in every release is none."""
    for value, use in ShapeTensors.of(model).where(_is_integer):
        if use.constant:
            continue
        shape = value.static_shape
        count = (shape[0] if shape else 1) if shape is not None else 0
        sample = ",".join("1" * count) if 0 < count <= _LONGEST else "VALUES"
        yield Match(
            "the input %s computes %s: its profile holds values, e.g. trtexec %s"
            % (value.name, wanted_by(use), quote("--minShapes=%s:%s" % (value.name, sample.replace(",", "x")))),
            tensor=value.name,
            cause=value.name,
        )


def _is_integer(value):
    return value.is_graph_input and value.dtype in ("INT32", "INT64") and (value.rank or 0) <= 1
