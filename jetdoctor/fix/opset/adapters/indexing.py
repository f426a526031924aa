"""Slice, scatters, gathers and the order of blocks in DepthToSpace and SpaceToDepth."""

from __future__ import annotations

from typing import List, Optional

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.recipes.arithmetic import extreme_from_the_end
from jetdoctor.rule import CannotRewrite


@step("Slice", 10)
def limits_to_attributes(site: Site) -> Optional[str]:
    starts, ends, axes, steps = (site.known(index) for index in (1, 2, 3, 4))
    unknown = starts is None or ends is None or (site.input(3) and axes is None)
    if unknown or (site.input(4) and (steps is None or (steps != 1).any())):
        site.needs(11)
        return gathered(site)
    if axes is not None:
        chosen = [int(axis) for axis in axes]
        if any(axis < 0 for axis in chosen):
            chosen = [axis % site.rank(site.input(0)) for axis in chosen]
        site.set("axes", chosen)
    site.set("starts", [int(start) for start in starts])
    site.set("ends", [int(end) for end in ends])
    site.inputs(site.input(0))
    site.note("starts, ends and axes from inputs to attributes")
    return None


def gathered(site: Site) -> str:
    """Slice as a Gather of start, start + step … along each axis."""
    data, rank, dims = site.input(0), site.rank(site.input(0)), site.dims(site.input(1))
    axes, known = site.known(3), site.known(4)
    vectors = [site.input(index) for index in (1, 2, 4)]
    if site.input(3) and axes is None:
        vectors, chosen = _for_every_axis(site, vectors, rank), list(range(rank))
    elif axes is None and (not dims or dims[0] is None):
        raise CannotRewrite("an unknown number of starts; opset %d requires constants" % site.opset)
    else:
        chosen = list(range(dims[0] if dims else 0)) if axes is None else [int(axis) % rank for axis in axes]
    for place, axis in enumerate(chosen):
        stride = 1 if not vectors[2] else None if known is None else int(known[place])
        step_ = site.scalar(stride, "INT64") if stride is not None else _scalar(site, vectors[2], place)
        index = _indices(site, [_scalar(site, name, place) for name in vectors[:2]], step_, stride, axis)
        data = site.add("Gather", [data, index], axis=axis)
    return str(site.add("Identity", [data]))


def _indices(site: Site, limits: List[str], step_: str, stride: Optional[int], axis: int) -> str:
    """Where a Slice along an axis looks; ``stride`` is None when not even the sign of the step is known."""
    count, zero = site.size(site.value(site.input(0)), axis), site.scalar(0, "INT64")
    last, before = site.add("Sub", [count, site.scalar(1, "INT64")]), site.scalar(-1, "INT64")
    if stride is None:
        forward = site.add("Less", [zero, step_])
        above, below = site.add("Where", [forward, count, last]), site.add("Where", [forward, zero, before])
    else:
        above, below = (count, zero) if stride > 0 else (last, before)
    found = []
    for limit, lowest in zip(limits, (zero, below)):
        negative = site.add("Less", [limit, zero])
        limit = site.add("Where", [negative, site.add("Add", [limit, count]), limit])
        found.append(site.smaller(site.larger(limit, lowest), above))
    return str(site.add("Range", found + [step_]))


def _for_every_axis(site: Site, vectors: List[str], rank: int) -> List[str]:
    """Starts, ends and steps of axes of the run time, put among those that keep the other axes whole."""
    import numpy as np

    axes = site.add("Mod", [site.add("Cast", [site.input(3)], to=7), site.scalar(rank, "INT64")])
    whole = [np.zeros(rank, "int64"), np.full(rank, (1 << 31) - 1), np.ones(rank, "int64")]
    found = []
    for name, rest in zip(vectors, whole):
        wide = site.add("Cast", [name], to=7) if name else ""
        found.append(str(site.add("ScatterElements", [site.constant(rest), axes, wide], axis=0)) if name else "")
    return found


def _scalar(site: Site, vector: str, place: int) -> str:
    found = site.element_at(vector, place)
    return found if site.element(found) in (0, 7) else str(site.add("Cast", [found], to=7))


@step("ScatterElements", 11)
def as_scatter(site: Site) -> str:
    """ScatterElements is opset 9's Scatter under a new name."""
    axis = site.attr("axis", 0)
    axis = axis if axis >= 0 else axis + site.rank(site.input(0))
    return site.add("Scatter", list(site.node.input), axis=axis)


@step("ArgMax ArgMin", 12)
def last_index(site: Site) -> Optional[str]:
    return extreme_from_the_end(site.view, site) if site.attr("select_last_index", 0) else None


@step("DepthToSpace", 11)
def columns_first(site: Site) -> Optional[str]:
    """mode CRD: depth is [channel, row, column] of the block instead of [row, column, channel]."""
    if site.attr("mode", "DCR") == "DCR":
        return None
    size, (depth, height, width) = site.attr("blocksize"), _known(site)
    channels = depth // (size * size)
    return _rearranged(
        site,
        [0, channels, size, size, height, width],
        [0, 1, 4, 2, 5, 3],
        [0, channels, height * size, width * size],
    )


@step("SpaceToDepth", 28)
def channel_major_depth(site: Site) -> Optional[str]:
    if site.attr("mode", "DCR") == "DCR":
        return None
    size, (channels, height, width) = site.attr("blocksize"), _known(site)
    return _rearranged(
        site,
        [0, channels, height // size, size, width // size, size],
        [0, 1, 3, 5, 2, 4],
        [0, channels * size * size, height // size, width // size],
    )


def _known(site: Site) -> List[int]:
    dims = site.dims(site.input(0))
    if dims is None or None in dims[1:]:
        raise CannotRewrite("mode CRD with unknown dimensions")
    return [dim or 0 for dim in dims[1:]]


def _rearranged(site: Site, first: List[int], perm: List[int], last: List[int]) -> str:
    split = site.add("Reshape", [site.input(0), site.ints(first)])
    return str(site.add("Reshape", [site.add("Transpose", [split], perm=perm), site.ints(last)]))


@step("GatherND", 12)
def without_batch_dims(site: Site) -> Optional[str]:
    """The batch index as a part of every index tuple."""
    import numpy as np

    count, dims = site.attr("batch_dims", 0), site.dims(site.input(1))
    if not count:
        return None
    if dims is None or None in dims:
        return str(site.copied([site.input(0), _with_batch(site, count)], batch_dims=None))
    grid = np.stack(list(np.indices(dims[:-1])[:count]), axis=-1).astype("int64")
    indices = site.add("Concat", [site.constant(grid), site.input(1)], axis=-1)
    return str(site.copied([site.input(0), indices], batch_dims=None))


def _with_batch(site: Site, count: int) -> str:
    """The indices with the numbers of their batches before them, for sizes of the run time."""
    indices, rank = site.input(1), site.rank(site.input(1))
    sizes = site.add("Slice", [site.add("Shape", [indices]), site.ints([0]), site.ints([rank - 1])])
    shape = site.add("Concat", [sizes, site.ints([1])], axis=0)
    parts = []
    for axis in range(count):
        numbers = site.count_to(site.size(site.value(indices), axis))
        laid = site.reshape(numbers, [-1 if i == axis else 1 for i in range(rank)])
        parts.append(site.add("Expand", [laid, shape]))
    return str(site.add("Concat", parts + [indices], axis=-1))
