"""Det of small matrices by minors (onnx Det-11; no TensorRT parser imports it)."""

from __future__ import annotations

from jetdoctor.recipes.matrices import determinant
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("det_by_minors", "Decompose Det by minors")


def rewrite(node, edit):
    edit.replace(node, determinant(node, edit))
