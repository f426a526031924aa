"""Trilu with a mask over the last two axes: a constant, or row and column numbers compared (onnx Trilu-14).

Where instead of a product, so that Inf and NaN outside the triangle do not survive.
"""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("trilu_mask", "Keep the triangle with a mask")


def rewrite(node, edit):
    import numpy as np

    x = node.input(0)
    rank, dtype = edit.rank(x), edit.dtype(x)
    rows, columns = (x.shape or ())[-2:]
    offset = edit.array(node.input(1)) if node.present(1) else np.int64(0)
    if offset is not None and isinstance(rows, int) and isinstance(columns, int):
        diagonal = int(np.asarray(offset).reshape(-1)[0])
        ones = np.ones((rows, columns), dtype=bool)
        mask = np.triu(ones, diagonal) if node.attr("upper", 1) else np.tril(ones, diagonal)
        mask = edit.constant(mask.reshape((1,) * (rank - 2) + mask.shape))
    else:
        mask = _compared(node, edit, rank, offset)
    if dtype == "BOOL":
        edit.replace(node, [edit.add("And", [node.inputs[0], mask])])
        return
    zero = edit.tensor(np.zeros((1,) * rank), dtype)
    edit.replace(node, [edit.add("Where", [mask, node.inputs[0], zero])])


def _compared(node, edit, rank, offset):
    """BOOL [1, .., rows, columns], of sizes or a diagonal known at run time only."""
    rows, columns = (edit.along(node.input(0), axis, rank) for axis in (rank - 2, rank - 1))
    if node.attr("upper", 1):  # column - row >= diagonal
        return edit.add("Greater", [columns, edit.add("Add", [rows, _beside(node, edit, offset, -1)])])
    return edit.add("Less", [columns, edit.add("Add", [rows, _beside(node, edit, offset, 1)])])


def _beside(node, edit, offset, step):
    """The diagonal beside the given one."""
    if offset is None:
        return edit.add("Add", [node.inputs[1], edit.scalar(step, "INT64")])
    return edit.scalar(int(offset.reshape(-1)[0]) + step, "INT64")
