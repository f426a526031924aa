"""Clip as Max and Min; an absent bound is left out (onnx Clip-12: the upper bound wins)."""

from __future__ import annotations

from jetdoctor.recipes.arithmetic import clip_by_extremes
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("clip_to_minmax", "Decompose Clip into Max and Min")


def rewrite(node, edit):
    edit.replace(node, clip_by_extremes(node, edit))
