"""Flatten as the Reshape that it stands for, whatever the rank (onnx Flatten-1)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("flatten_to_reshape", "Replace Flatten with Reshape")


def rewrite(node, edit):
    x, rank = node.input(0), edit.rank(node.input(0))
    axis = node.attr("axis", 1)
    axis += rank if axis < 0 else 0
    before, after = (_product(x.shape[:axis]), _product(x.shape[axis:]))
    if before is None and after is None:
        raise CannotRewrite("sizes on both sides of the axis are not fixed")
    rows, columns = (-1, after) if before is None else (before, -1)
    if 0 in (before, after):
        raise CannotRewrite("an empty tensor")
    edit.replace(node, [edit.reshape(x.name, [rows, columns])])


def _product(sizes):
    """Product of fixed sizes, 1 for none; None when one is open."""
    product = 1
    for size in sizes:
        if not isinstance(size, int):
            return None
        product *= size
    return product
