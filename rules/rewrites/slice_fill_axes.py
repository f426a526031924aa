"""Slice with an empty ``axes`` placeholder before ``steps``: the axes made explicit (onnx Slice-10)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("slice_fill_axes", "Make the axes of the Slice explicit")


def rewrite(node, edit):
    if node.present(3) or len(node.inputs) < 3:
        raise CannotRewrite("the axes are given already")
    shape = node.input(1).static_shape
    if shape is None or len(shape) != 1:
        raise CannotRewrite("the number of starts is not known")
    edit.set_input(node, 3, edit.ints(list(range(shape[0]))))
