"""Gelu written out: ``x/2 (1 + erf(x/sqrt 2))``, or its tanh form (onnx Gelu-20)."""

from __future__ import annotations

import math

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("gelu_decompose", "Write Gelu out with Erf or Tanh")


def rewrite(node, edit):
    x, dtype = node.inputs[0], edit.dtype(node.input(0))
    if node.attr("approximate", "none") == "tanh":
        cube = edit.add("Mul", [edit.add("Mul", [x, x]), x])
        inner = edit.add("Add", [x, edit.add("Mul", [cube, edit.scalar(0.044715, dtype)])])
        curve = edit.add("Tanh", [edit.add("Mul", [inner, edit.scalar(math.sqrt(2 / math.pi), dtype)])])
    else:
        curve = edit.add("Erf", [edit.add("Mul", [x, edit.scalar(math.sqrt(0.5), dtype)])])
    half = edit.add("Mul", [x, edit.scalar(0.5, dtype)])
    edit.replace(node, [edit.add("Mul", [half, edit.add("Add", [curve, edit.scalar(1, dtype)])])])
