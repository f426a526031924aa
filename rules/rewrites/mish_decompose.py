"""Mish written out: ``x * tanh(softplus(x))`` (onnx Mish-18)."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("mish_decompose", "Write Mish as x * Tanh(Softplus(x))")


def rewrite(node, edit):
    x = node.inputs[0]
    edit.replace(node, [edit.add("Mul", [x, edit.add("Tanh", [edit.add("Softplus", [x])])])])
