"""Gather with constant negative indices, the sizes added: TensorRT before 8.2 does not wrap them."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("gather_wrap_indices", "Count the indices from the start")


def rewrite(node, edit):
    indices = edit.array(node.input(1))
    if indices is None or not (indices < 0).any():
        raise CannotRewrite("no index is known to be negative")
    size = edit.sizes(node.input(0), [node.attr("axis", 0)])[0]
    edit.set_input(node, 1, edit.constant((indices + size * (indices < 0)).astype(indices.dtype)))
