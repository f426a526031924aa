"""Einsum as Transpose, MatMul and ReduceSum, two operands at a time (onnx Einsum-12).

Labels in both operands are batch or contracted, the others are rows or columns; several labels of one
kind are merged with Reshape, for which their sizes must be known.
"""

from __future__ import annotations

from jetdoctor.recipes.einsum import einsum
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("einsum_to_matmul", "Decompose Einsum into Transpose and MatMul")


def rewrite(node, edit):
    edit.replace(node, einsum(node, edit))
