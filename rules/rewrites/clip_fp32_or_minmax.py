"""Clip with FLOAT16 bounds, which TensorRT until 8.4 misreads, as Max and Min."""

from __future__ import annotations

from jetdoctor.recipes.arithmetic import clip_by_extremes
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("clip_fp32_or_minmax", "Decompose Clip into Max and Min")


def rewrite(node, edit):
    if not node.present(1) and not node.present(2):
        raise CannotRewrite("the bounds are not inputs")
    edit.replace(node, clip_by_extremes(node, edit))
