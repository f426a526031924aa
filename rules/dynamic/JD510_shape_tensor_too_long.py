"""A computed size has too many elements

## What it detects
A shape tensor (a value that a Reshape, Slice, Tile … needs as its size) that does not fold and has more elements than
the release allows.

## Why it fails
`NvInfer.h` says: at most 64 elements from 8.5 to 10.10 (`ITensor::isShapeTensor`), at most 16 for what a Slice
gives from 8.0 on (`ISliceLayer`: twice the largest rank) and for what a Range gives from 8.0 to 8.4 (`IFillLayer`).

## Fix
Select the few elements that are sizes before computing with them; or fix the sizes of the input (`jetdoctor fix
--freeze`), so that everything folds.
"""

from jetdoctor.rules.dynamic._shape_path import wanted_by

from jetdoctor.rule import Match, Rule, ShapeTensors, VersionRange

RULE = Rule(
    id="JD510",
    name="shape-tensor-too-long",
    severity="error",
    outcome="rejected",
    tensorrt=">=8.0",
    sources=("NVIDIA/TensorRT include/NvInfer.h 8.0 to 11.1: ITensor::isShapeTensor, ISliceLayer, IFillLayer",),
)

#: operator ("" for any) -> most elements, releases
_LIMITS = (
    ("", 64, VersionRange.parse(">=8.5,<10.11")),
    ("Slice", 16, VersionRange.parse(">=8.0,<8.5")),
    ("Slice", 16, VersionRange.parse(">=8.5")),
    ("Range", 16, VersionRange.parse(">=8.0,<8.5")),
)


def check_model(model):
    """Vectors of known length; the nearest to the reader speaks for what it is computed from."""
    for value, use in ShapeTensors.of(model).where(lambda value: _count(value) > 16):
        node = value.producer
        for op_type, most, releases in _LIMITS:
            if node is None or use.constant or _count(value) <= most or op_type not in ("", node.op_type):
                continue
            if releases.since >= (8, 5) and ShapeTensors.of(model).from_data(value):
                continue  # there it has a data-dependent shape instead (JD506)
            yield Match(
                "%s gives %d elements for %s: a shape tensor%s has at most %d here"
                % (node.op_type, _count(value), wanted_by(use), " from a %s" % op_type if op_type else "", most),
                node,
                tensorrt=releases,
                cause=(most, id(use.reader.proto)),
                basis="documented",
            )


def _count(value):
    count = 1
    for dim in value.static_shape or (0,):
        count *= dim
    return count
