"""Det of small matrices by minors (onnx Det-11; no TensorRT parser imports it)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("det_by_minors", "Write the determinant out by minors")

_LARGEST = 3


def rewrite(node, edit):
    x, rank = node.input(0), edit.rank(node.input(0))
    size = edit.sizes(x, [rank - 1])[0]
    if edit.sizes(x, [rank - 2])[0] != size or not 1 <= size <= _LARGEST:
        raise CannotRewrite("only matrices up to %d x %d are written out" % (_LARGEST, _LARGEST))
    rows = [edit.add("Gather", [x.name, edit.scalar(i, "INT64")], axis=rank - 2) for i in range(size)]
    cells = [[edit.add("Gather", [row, edit.scalar(j, "INT64")], axis=rank - 2) for j in range(size)] for row in rows]
    edit.replace(node, [_determinant(edit, cells) if size > 1 else edit.add("Identity", [cells[0][0]])])


def _determinant(edit, cells):
    if len(cells) == 1:
        return cells[0][0]
    total = None
    for column, cell in enumerate(cells[0]):
        minor = [row[:column] + row[column + 1 :] for row in cells[1:]]
        term = edit.add("Mul", [cell, _determinant(edit, minor)])
        total = term if total is None else edit.add("Sub" if column % 2 else "Add", [total, term])
    return total
