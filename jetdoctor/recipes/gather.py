"""GatherND and GatherElements as Gather from a flat table, with the numbers of its rows.

A negative index counts from the end.
"""

from __future__ import annotations

import math

from jetdoctor.graph import Node, Value
from jetdoctor.recipes.build import Build
from jetdoctor.rule import CannotRewrite


def gather_elements(node: Node, build: Build) -> str:
    """GatherElements-11, of sizes that may be open."""
    build.needs(11)  # Range
    data, indices = node.input(0), node.input(1)
    rank = build.rank(data)
    axis, index, coordinates = node.attr("axis", 0) % rank, as_int64(build, indices), []
    for other in range(rank):
        own = build.counted_from_start(index, data, axis) if other == axis else build.along(indices, other, rank)
        coordinates.append((own, data, other))
    table = build.reshape(data.name, [-1])
    return str(build.add("Gather", [table, build.element_number(coordinates)], axis=0))


def indices_from_start(node: Node, build: Build) -> str:
    """The constant indices of a Gather, counted from the start."""
    indices, x, axis = build.array(node.input(1)), node.input(0), node.attr("axis", 0)
    size = None if x.shape is None else x.shape[axis]
    if isinstance(size, int):
        return build.constant((indices + size * (indices < 0)).astype(indices.dtype))
    return build.counted_from_start(as_int64(build, node.input(1)), x, axis)


def gather_nd(node: Node, build: Build) -> str:
    """GatherND-12: index tuples become numbers of rows."""
    build.needs(11)  # Range
    data, indices = node.input(0), node.input(1)
    rank, depth, batch = build.rank(indices), build.sizes(indices, [-1])[0], node.attr("batch_dims", 0)
    fixed = all(isinstance(size, int) for size in (data.shape or ())[: batch + depth])
    if fixed and not batch:
        return _at_once(node, build, rank, depth)
    return _step_by_step(node, build, rank, depth, batch)


def as_int64(build: Build, index: Value) -> str:
    """An index in the type that indices are computed in."""
    return index.name if build.dtype(index) == "INT64" else build.cast(index.name, "INT64")


def _at_once(node: Node, build: Build, rank: int, depth: int) -> str:
    """All sizes are known: the row number is a product with constant strides."""
    import numpy as np

    data, indices = node.input(0), node.input(1)
    dims = np.array(build.sizes(data, range(depth)), np.int64)
    strides = np.array([int(np.prod(dims[axis + 1 :])) for axis in range(depth)], np.int64)
    dtype, index = build.dtype(indices), indices.name
    known = build.array(indices)
    if known is None or (known < 0).any():
        negative = build.add("Less", [index, build.scalar(0, dtype)])
        wrapped = build.add("Add", [index, build.tensor(dims, dtype)])
        index = build.add("Where", [negative, wrapped, index])
    rows = build.add("Mul", [index, build.tensor(strides, dtype)])
    rows = build.reduce("ReduceSum", rows, [rank - 1], keepdims=0)
    return str(build.add("Gather", [_table(node, build, depth), rows], axis=0))


def _step_by_step(node: Node, build: Build, rank: int, depth: int, batch: int) -> str:
    """Axis by axis, with the sizes of the run time."""
    data, indices = node.input(0), node.input(1)
    index = as_int64(build, indices)
    coordinates = [(build.along(indices, axis, rank - 1), data, axis) for axis in range(batch)]
    for column in range(depth):
        part = build.add("Gather", [index, build.scalar(column, "INT64")], axis=rank - 1)
        axis = batch + column
        coordinates.append((build.counted_from_start(part, data, axis), data, axis))
    table = _table(node, build, batch + depth)
    return str(build.add("Gather", [table, build.element_number(coordinates)], axis=0))


def _table(node: Node, build: Build, depth: int) -> str:
    """The data with one row for every tuple of the first ``depth`` axes."""
    data = node.input(0)
    if depth == 1:
        return data.name
    sizes = [size if isinstance(size, int) else None for size in data.shape or ()]
    rows = -1 if None in sizes[:depth] else math.prod(size for size in sizes[:depth] if size is not None)
    shape = [rows] + [-1 if size is None else size for size in sizes[depth:]]
    if shape.count(-1) > 1:
        raise CannotRewrite("more than one size of %s is not fixed" % data.name)
    return build.reshape(data.name, shape)
