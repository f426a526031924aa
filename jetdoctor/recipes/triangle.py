"""Trilu with a mask over the last two axes: a constant, or row and column numbers compared (onnx Trilu-14).

Where instead of a product, so that infinities and NaN outside the triangle do not survive.
"""

from __future__ import annotations

from typing import Any

from jetdoctor.graph import Node
from jetdoctor.recipes.build import Build


def trilu(node: Node, build: Build) -> str:
    """The triangle, zeros elsewhere."""
    import numpy as np

    rank, dtype = build.rank(node.input(0)), build.dtype(node.input(0))
    rows, columns = (node.input(0).shape or ())[-2:]
    offset = build.array(node.input(1)) if node.present(1) else np.int64(0)
    if offset is not None and isinstance(rows, int) and isinstance(columns, int):
        diagonal = int(np.asarray(offset).reshape(-1)[0])
        ones = np.ones((rows, columns), dtype=bool)
        mask = np.triu(ones, diagonal) if node.attr("upper", 1) else np.tril(ones, diagonal)
        kept = build.constant(mask.reshape((1,) * (rank - 2) + mask.shape))
    else:
        kept = _compared(node, build, rank, offset)
    if dtype == "BOOL":
        return str(build.add("And", [node.inputs[0], kept]))
    return str(build.add("Where", [kept, node.inputs[0], build.tensor(np.zeros((1,) * rank), dtype)]))


def _compared(node: Node, build: Build, rank: int, offset: Any) -> str:
    """BOOL [1, .., rows, columns], of sizes or a diagonal known at run time only."""
    rows, columns = (build.along(node.input(0), axis, rank) for axis in (rank - 2, rank - 1))
    if node.attr("upper", 1):  # column - row >= diagonal
        return str(build.add("Greater", [columns, build.add("Add", [rows, _beside(node, build, offset, -1)])]))
    return str(build.add("Less", [columns, build.add("Add", [rows, _beside(node, build, offset, 1)])]))


def _beside(node: Node, build: Build, offset: Any, step: int) -> str:
    """The diagonal beside the given one."""
    if offset is None:
        return str(build.add("Add", [node.inputs[1], build.scalar(step, "INT64")]))
    return build.scalar(int(offset.reshape(-1)[0]) + step, "INT64")
