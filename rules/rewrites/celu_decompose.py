"""Celu written out: ``max(0, x) + min(0, alpha (exp(x/alpha) - 1))`` (onnx Celu-12)."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("celu_decompose", "Write Celu with Relu and Exp")


def rewrite(node, edit):
    x, alpha, dtype = node.inputs[0], node.attr("alpha", 1.0), edit.dtype(node.input(0))
    low = edit.add("Min", [x, edit.scalar(0, dtype)])  # exp of a large x would overflow
    curve = edit.add("Exp", [edit.add("Div", [low, edit.scalar(alpha, dtype)])])
    below = edit.add("Mul", [edit.add("Sub", [curve, edit.scalar(1, dtype)]), edit.scalar(alpha, dtype)])
    edit.replace(node, [edit.add("Add", [edit.add("Relu", [x]), below])])
