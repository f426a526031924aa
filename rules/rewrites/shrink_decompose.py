"""Shrink: x + bias below -lambd, x - bias above lambd, else 0 (onnx Shrink-9)."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("shrink_decompose", "Decompose Shrink into Where")


def rewrite(node, edit):
    x, dtype = node.inputs[0], edit.dtype(node.input(0))
    bias, bound = node.attr("bias", 0.0), node.attr("lambd", 0.5)
    wide = [1] * edit.rank(node.input(0))

    def number(value):
        return edit.constant(edit.of(value, dtype).reshape(wide))

    low = edit.add("Less", [x, number(-bound)])
    high = edit.add("Greater", [x, number(bound)])
    above = edit.add("Where", [high, edit.add("Sub", [x, number(bias)]), number(0)])
    edit.replace(node, [edit.add("Where", [low, edit.add("Add", [x, number(bias)]), above])])
