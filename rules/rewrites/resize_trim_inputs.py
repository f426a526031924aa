"""Resize without the empty inputs at its end, and with either sizes or scales."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("resize_trim_inputs", "Drop the empty inputs")


def rewrite(node, edit):
    last = max((i for i in range(len(node.inputs)) if _given(node, edit, i)), default=0)
    if last + 1 == len(node.inputs):
        raise CannotRewrite("the last input is given")
    edit.drop_inputs(node, last + 1)


def _given(node, edit, index):
    """An input that is there and not an empty tensor."""
    if not node.present(index):
        return False
    shape = node.input(index).static_shape
    return shape is None or 0 not in shape
