"""Pad with ``axes`` becomes Pad over every axis, with zeros where nothing is padded (onnx Pad-18)."""

from __future__ import annotations

from jetdoctor.recipes.pad import pads_of_every_axis
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("pad_full_rank_pads", "Give the pads of every axis", constants=(1, 3))


def rewrite(node, edit):
    if not node.present(3):
        raise CannotRewrite("the pads cover every axis already")
    if edit.array(node.input(3)) is None or edit.array(node.input(1)) is None:
        raise CannotRewrite("axes or pads are not constant")
    edit.set_input(node, 1, pads_of_every_axis(node, edit))
    edit.drop_inputs(node, 3 if node.present(2) else 2)
