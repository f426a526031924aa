"""Pad whose axes are not read: the pads belong to the last axes, and the value is 0."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Reading

READING = Reading("pad_trailing_axes", "Pad the last axes with zeros")


def read(node, edit):
    pads = edit.array(node.input(1))
    if pads is None:
        raise CannotRewrite("the pads are not known")
    half, rank = pads.size // 2, edit.rank(node.input(0))
    whole = [0] * (rank - half)
    full = [*whole, *map(int, pads[:half]), *whole, *map(int, pads[half:])]
    edit.replace(node, [edit.again(node, [node.inputs[0], edit.ints(full)])])
