"""Normalizations as means of values and of squares.

Halves are computed in FLOAT: a mean of many of them would overflow or lose most digits.
"""

from __future__ import annotations

from typing import List, NamedTuple, Sequence

from jetdoctor.graph import DTYPE_NAMES, Node, Value
from jetdoctor.recipes.build import Build
from jetdoctor.rule import CannotRewrite


class Standardized(NamedTuple):
    """(x - mean) / deviation and its parts; ``mean`` is "" where none is subtracted."""

    result: str
    mean: str
    variance: str
    deviation: str


def standardized(
    build: Build, data: str, axes: Sequence[int], epsilon: float, dtype: str, centered: bool = True
) -> Standardized:
    """``data`` (of ``dtype``) over ``axes``; the deviation is sqrt(variance + epsilon), or that of the mean square."""
    mean = build.reduce("ReduceMean", data, axes) if centered else ""
    shifted = build.add("Sub", [data, mean]) if centered else data
    variance = build.reduce("ReduceMean", build.add("Mul", [shifted, shifted]), axes)
    deviation = build.add("Sqrt", [build.add("Add", [variance, build.scalar(epsilon, dtype)])])
    return Standardized(build.add("Div", [shifted, deviation]), mean, variance, deviation)

#: axes of MeanVarianceNormalization without any
VARIANCE_AXES = (0, 2, 3)


def layer_normalization(node: Node, build: Build) -> List[str]:
    """(x - mean) / sqrt(variance + epsilon) over the last axes, then scale and bias (onnx LayerNormalization-17)."""
    x, dtype, stash = node.input(0), build.dtype(node.input(0)), _stash(node, build)
    axes = _last_axes(node, build)
    data = _as(build, x, stash)
    found = standardized(build, data, axes, node.attr("epsilon", 1e-5), stash)
    result = found.result
    # Scale and bias in the wider type as well: one rounding to half instead of three, as ONNX Runtime does it.
    result = build.add("Mul", [result, _as(build, node.input(1), stash)])
    if node.present(2):
        result = build.add("Add", [result, _as(build, node.input(2), stash)])
    result = result if dtype == stash else build.cast(result, dtype)
    inverse = build.add("Reciprocal", [found.deviation]) if node.output(2).name else ""
    return [result, found.mean, inverse][: len(node.outputs)]


def rms_normalization(node: Node, build: Build) -> str:
    """x / sqrt(mean of squares + epsilon) over the last axes, then scale (onnx RMSNormalization-23)."""
    stash, wanted = _stash(node, build), build.dtype(node.input(1))
    data = _as(build, node.input(0), stash)
    epsilon = node.attr("epsilon", 1e-5)
    result = standardized(build, data, _last_axes(node, build), epsilon, stash, centered=False).result
    return str(build.add("Mul", [result if stash == wanted else build.cast(result, wanted), node.inputs[1]]))


def group_normalization(node: Node, build: Build) -> str:
    """InstanceNormalization over [N, groups, everything]; scale and bias per group, since 21 per channel."""
    x, dtype, groups = node.input(0), build.dtype(node.input(0)), node.attr("num_groups")
    stash, rank = _stash(node, build), build.rank(x)
    flat = build.reshape(_as(build, x, stash), [0, groups, -1])
    if stash == "DOUBLE":  # ONNX Runtime has no such InstanceNormalization to prove it with
        flat = standardized(build, flat, [2], node.attr("epsilon", 1e-5), stash).result
    else:
        unit = [build.tensor([value] * groups, stash) for value in (1.0, 0.0)]
        flat = build.add("InstanceNormalization", [flat, *unit], epsilon=node.attr("epsilon", 1e-5))
    flat = flat if stash == dtype else build.cast(flat, dtype)
    if node.opset < 21:
        return _as_before(build, _scaled(node, build, flat, [groups, 1]), x)
    return _scaled(node, build, _as_before(build, flat, x), [-1] + [1] * (rank - 2))


def varies(x: Value, axes: Sequence[int]) -> bool:
    """False where the mean is known to be of one element: the variance is rounding noise then."""
    shape = x.shape or ()
    sizes = [shape[axis] for axis in axes if -len(shape) <= axis < len(shape)]
    return not sizes or any(size != 1 for size in sizes)


def _as_before(build: Build, name: str, x: Value) -> str:
    """Reshaped to the sizes of ``x``, of which one may be open, and the first copied."""
    sizes = [size if isinstance(size, int) else -1 for size in x.shape or ()]
    if sizes[1:].count(-1) > 1 or 0 in sizes:
        return str(build.add("Reshape", [name, build.add("Shape", [x.name])]))
    return build.reshape(name, [0] + sizes[1:])


def instance_normalization(node: Node, build: Build) -> str:
    """Mean and variance over space (onnx InstanceNormalization-6)."""
    x, dtype = node.input(0), build.dtype(node.input(0))
    inner, rank = _wide(dtype), build.rank(x)
    data, axes = _as(build, x, inner), list(range(2, rank))
    result = standardized(build, data, axes, node.attr("epsilon", 1e-5), inner).result
    result = _scaled(node, build, result, [1, -1] + [1] * (rank - 2), inner)
    return result if inner == dtype else build.cast(result, dtype)


def instance_normalization_in_float(node: Node, build: Build) -> str:
    """InstanceNormalization itself, on FLOAT."""
    found = build.again(node, [_as(build, node.input(index), "FLOAT") for index in range(3)])
    return build.cast(found, build.dtype(node.input(0)))


def batch_normalization_in_training(node: Node, build: Build) -> List[str]:
    """With the batch's own statistics, and the running ones moved by ``momentum`` (onnx BatchNormalization-14)."""
    x, dtype, rank = node.input(0), build.dtype(node.input(0)), build.rank(node.input(0))
    if rank < 2 or dtype not in ("FLOAT", "DOUBLE", "FLOAT16"):
        raise CannotRewrite("a %s of rank %d is not normalized" % (dtype, rank))
    inner, axes = _wide(dtype), [axis for axis in range(rank) if axis != 1]
    found = standardized(build, _as(build, x, inner), axes, node.attr("epsilon", 1e-5), inner)
    result = _scaled(node, build, found.result, [1, -1] + [1] * (rank - 2), inner)
    outputs = [result if inner == dtype else build.cast(result, dtype)]
    for index, batch in ((1, found.mean), (2, found.variance)):
        outputs.append(_moved(node, build, index + 2, batch, inner) if build.wanted(node, index) else "")
    return outputs[: len(node.outputs)]


def _moved(node: Node, build: Build, index: int, batch: str, inner: str) -> str:
    momentum, before = node.attr("momentum", 0.9), node.input(index)
    kept = build.add("Mul", [_as(build, before, inner), build.scalar(momentum, inner)])
    added = build.add("Mul", [build.reshape(batch, [-1]), build.scalar(1.0 - momentum, inner)])
    moved, dtype = build.add("Add", [kept, added]), build.dtype(before)
    return str(moved if dtype == inner else build.cast(moved, dtype))


def mean_variance_normalization(node: Node, build: Build) -> str:
    """(x - mean) / (deviation + 1e-9), the guard of onnx's own definition (onnx MeanVarianceNormalization-13)."""
    x, dtype, rank = node.inputs[0], build.dtype(node.input(0)), build.rank(node.input(0))
    axes = sorted(axis % rank for axis in node.attr("axes", VARIANCE_AXES))
    centered = build.add("Sub", [x, build.reduce("ReduceMean", x, axes)])
    variance = build.reduce("ReduceMean", build.add("Mul", [centered, centered]), axes)
    deviation = build.add("Add", [build.add("Sqrt", [variance]), build.scalar(1e-9, dtype)])
    return str(build.add("Div", [centered, deviation]))


def _scaled(node: Node, build: Build, name: str, shape: Sequence[int], dtype: str = "") -> str:
    """Times the scale, plus the bias, laid out in that shape; in the type ``dtype`` where it is given."""
    scale, bias = (
        build.reshape(_as(build, node.input(index), dtype) if dtype else node.inputs[index], shape) for index in (1, 2)
    )
    return str(build.add("Add", [build.add("Mul", [name, scale]), bias]))


def _last_axes(node: Node, build: Build) -> List[int]:
    axis, rank = node.attr("axis", -1), node.input(0).rank
    if axis == -1 and rank is None:
        return [-1]
    rank = build.rank(node.input(0))
    return list(range(axis % rank, rank))


def _stash(node: Node, build: Build) -> str:
    """The type that the statistics are computed in: as stated, and DOUBLE for DOUBLE, as ONNX Runtime does it."""
    dtype = build.dtype(node.input(0))
    return dtype if dtype == "DOUBLE" else DTYPE_NAMES[node.attr("stash_type", 1)]


def _wide(dtype: str) -> str:
    return dtype if dtype == "DOUBLE" else "FLOAT"


def _as(build: Build, value: Value, dtype: str) -> str:
    """The value in another element type; constants are converted now."""
    if build.dtype(value) == dtype:
        return value.name
    array = build.array(value)
    return build.cast(value.name, dtype) if array is None else build.tensor(array, dtype)
