"""Determinants and sums along an axis, by sums of products."""

from __future__ import annotations

from typing import List

from jetdoctor.graph import Node
from jetdoctor.recipes.build import Build
from jetdoctor.rule import CannotRewrite

#: rows of the largest matrix whose determinant is decomposed
LARGEST_BY_MINORS = 3
_LONGEST = 2048


def determinant(node: Node, build: Build) -> str:
    """Det-11 of small matrices, by minors."""
    x, rank = node.input(0), build.rank(node.input(0))
    size = build.sizes(x, [rank - 1])[0]
    if build.sizes(x, [rank - 2])[0] != size or not 1 <= size <= LARGEST_BY_MINORS:
        raise CannotRewrite("only matrices up to %d x %d are decomposed" % (LARGEST_BY_MINORS, LARGEST_BY_MINORS))
    rows = [build.add("Gather", [x.name, build.scalar(i, "INT64")], axis=rank - 2) for i in range(size)]
    cells = [[build.add("Gather", [row, build.scalar(j, "INT64")], axis=rank - 2) for j in range(size)] for row in rows]
    return _by_minors(build, cells) if size > 1 else str(build.add("Identity", [cells[0][0]]))


def _by_minors(build: Build, cells: List[List[str]]) -> str:
    if len(cells) == 1:
        return cells[0][0]
    total = ""
    for column, cell in enumerate(cells[0]):
        minor = [row[:column] + row[column + 1 :] for row in cells[1:]]
        term = build.add("Mul", [cell, _by_minors(build, minor)])
        total = term if not total else build.add("Sub" if column % 2 else "Add", [total, term])
    return total


def cumulative_sum(node: Node, build: Build) -> str:
    """CumSum-11 as the product with a triangle of ones along the axis."""
    import numpy as np

    x, rank, dtype = node.input(0), build.rank(node.input(0)), build.dtype(node.input(0))
    axis = build.array(node.input(1))
    if axis is None:
        raise CannotRewrite("the axis is not constant")
    integers = dtype in ("INT32", "INT64") and build.target is None  # TensorRT multiplies no matrices of them
    if dtype not in ("FLOAT", "FLOAT16", "DOUBLE") and not integers:
        raise CannotRewrite("sums of %s" % dtype)
    axis = int(axis.reshape(-1)[0]) % rank
    size = build.sizes(x, [axis])[0]
    if size > _LONGEST:
        raise CannotRewrite("a triangle of %d x %d is too large" % (size, size))
    ones = np.triu(np.ones((size, size)), 1 if node.attr("exclusive", 0) else 0)
    if node.attr("reverse", 0):
        ones = ones.T
    perm = [a for a in range(rank) if a != axis] + [axis]
    total = build.transpose(x.name, perm)
    if rank == 1:
        total = build.unsqueeze(total, [0])
    total = build.add("MatMul", [total, build.tensor(ones, dtype)])
    if rank == 1:
        total = build.squeeze(total, [0])
    return build.transpose(total, [perm.index(a) for a in range(rank)])
