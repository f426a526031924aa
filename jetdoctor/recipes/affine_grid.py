"""AffineGrid as the product of the output's constant coordinates and the matrix (onnx AffineGrid-20)."""

from __future__ import annotations

from typing import Any, List

from jetdoctor.graph import Node
from jetdoctor.recipes.build import Build
from jetdoctor.rule import CannotRewrite


def affine_grid(node: Node, build: Build) -> str:
    """The places -1 .. 1 of every pixel times theta; onnx's own definition has an If in it."""
    import numpy as np

    spatial, corners = _spatial(node, build), bool(node.attr("align_corners", 0))
    lines = [_coordinates(size, corners) for size in spatial]
    # Rows (x, y, 1) or (x, y, z, 1), the last axis first, in the order of the pixels.
    mesh = list(np.meshgrid(*lines, indexing="ij"))[::-1] + [np.ones(spatial)]
    points = np.stack([axis.reshape(-1) for axis in mesh], axis=1)
    matrix = build.transpose(node.inputs[0], [0, 2, 1])
    found = build.add("MatMul", [build.tensor(points, build.dtype(node.input(0))), matrix])
    return build.reshape(found, [0] + spatial + [len(spatial)])


def _spatial(node: Node, build: Build) -> List[int]:
    """Sizes of the grid: constant, or what is known of the result. The batch is the matrix's own."""
    size, shape = build.array(node.input(1)), node.output().shape or ()
    found: List[Any] = list(size[2:]) if size is not None else list(shape[1:-1])
    if len(found) < 2 or not all(n is not None and not isinstance(n, str) for n in found):
        raise CannotRewrite("the size of the grid is not constant")
    return [int(n) for n in found]


def _coordinates(size: int, corners: bool) -> Any:
    import numpy as np

    if not size or (corners and size == 1):
        raise CannotRewrite("an empty axis, or one of a single pixel with align_corners")
    end = 1.0 if corners else 1 - 1 / size
    return np.linspace(-end, end, size)
