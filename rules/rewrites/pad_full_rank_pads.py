"""Pad with ``axes`` becomes Pad over every axis, with zeros where nothing is padded (onnx Pad-18)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("pad_full_rank_pads", "Write the pads of every axis out", constants=(1, 3))


def rewrite(node, edit):
    if not node.present(3):
        raise CannotRewrite("the pads cover every axis already")
    axes, pads = edit.array(node.input(3)), edit.array(node.input(1))
    if axes is None or pads is None:
        raise CannotRewrite("axes or pads are not constant")
    rank, count = edit.rank(node.input(0)), len(axes)
    full = [0] * (2 * rank)
    for index, axis in enumerate(int(axis) % rank for axis in axes):
        full[axis], full[axis + rank] = int(pads[index]), int(pads[index + count])
    edit.set_input(node, 1, edit.ints(full))
    edit.drop_inputs(node, 3 if node.present(2) else 2)
