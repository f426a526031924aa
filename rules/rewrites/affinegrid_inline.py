"""AffineGrid as the product of the output's constant coordinates and the matrix (onnx AffineGrid-20)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("affinegrid_inline", "Multiply constant coordinates with the matrix")


def rewrite(node, edit):
    import numpy as np

    spatial = _spatial(node, edit)
    lines = [_coordinates(np, n, node.attr("align_corners", 0)) for n in spatial]
    # Rows (x, y, 1) or (x, y, z, 1), the last axis first, in the order of the pixels.
    mesh = list(np.meshgrid(*lines, indexing="ij"))[::-1] + [np.ones(spatial)]
    points = np.stack([axis.reshape(-1) for axis in mesh], axis=1)
    points = edit.tensor(points, edit.dtype(node.input(0)))
    matrix = edit.transpose(node.inputs[0], [0, 2, 1])
    flat = edit.add("MatMul", [points, matrix])
    edit.replace(node, [edit.reshape(flat, [0] + spatial + [len(spatial)])])


def _spatial(node, edit):
    """Sizes of the grid: constant, or what is known of the result. The batch is the matrix's own."""
    size = edit.array(node.input(1))
    if size is not None:
        return [int(n) for n in size[2:]]
    shape = node.output().shape or ()
    if len(shape) < 4 or not all(isinstance(n, int) for n in shape[1:]):
        raise CannotRewrite("the size of the grid is not constant")
    return list(shape[1:-1])


def _coordinates(np, size, align):
    if align:
        return np.linspace(-1, 1, size) if size > 1 else np.zeros(1)
    return (2 * np.arange(size) + 1) / size - 1
