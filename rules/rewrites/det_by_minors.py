"""Det of small matrices by minors (onnx Det-11; no TensorRT parser imports it)."""

from __future__ import annotations

from jetdoctor.recipes.matrices import LARGEST_BY_MINORS, determinant
from jetdoctor.rule import Rewrite


def _fits(node):
    size = (node.input(0).shape or (None,))[-1]
    return not isinstance(size, int) or size <= LARGEST_BY_MINORS


REWRITE = Rewrite("det_by_minors", "Decompose Det by minors", fits=_fits)


def rewrite(node, edit):
    edit.replace(node, determinant(node, edit))
