"""Swish written out: ``x * sigmoid(alpha x)`` (onnx Swish-24)."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("swish_decompose", "Write Swish as x * Sigmoid(alpha * x)")


def rewrite(node, edit):
    x, alpha = node.inputs[0], node.attr("alpha", 1.0)
    scaled = x if alpha == 1 else edit.add("Mul", [x, edit.scalar(alpha, edit.dtype(node.input(0)))])
    edit.replace(node, [edit.add("Mul", [x, edit.add("Sigmoid", [scaled])])])
