"""CumSum as the product with a triangle of ones along the axis (onnx CumSum-11)."""

from __future__ import annotations

from jetdoctor.recipes.matrices import cumulative_sum
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("cumsum_to_matmul", "Multiply by a triangular matrix of ones", constants=(1,))


def rewrite(node, edit):
    edit.replace(node, cumulative_sum(node, edit))
