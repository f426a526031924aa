"""Trilu with a constant mask over the last two axes (onnx Trilu-14).

Where instead of a product, so that Inf and NaN outside the triangle do not survive.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("trilu_mask", "Keep the triangle with a constant mask")


def rewrite(node, edit):
    import numpy as np

    x = node.input(0)
    rank, dtype = edit.rank(x), edit.dtype(x)
    rows, columns = edit.sizes(x, [rank - 2, rank - 1])
    offset = edit.array(node.input(1)) if node.present(1) else np.int64(0)
    if offset is None:
        raise CannotRewrite("the diagonal is not constant")
    diagonal = int(np.asarray(offset).reshape(-1)[0])
    ones = np.ones((rows, columns), dtype=bool)
    mask = np.triu(ones, diagonal) if node.attr("upper", 1) else np.tril(ones, diagonal)
    mask = edit.constant(mask.reshape((1,) * (rank - 2) + mask.shape))
    if dtype == "BOOL":
        edit.replace(node, [edit.add("And", [node.inputs[0], mask])])
        return
    zero = edit.constant(edit.of(np.zeros((1,) * rank), dtype))
    edit.replace(node, [edit.add("Where", [mask, node.inputs[0], zero])])
