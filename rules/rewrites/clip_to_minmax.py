"""Clip as Max and Min; an absent bound is left out (onnx Clip-12: the upper bound wins)."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("clip_to_minmax", "Clip with Max and Min")


def rewrite(node, edit):
    dtype = edit.dtype(node.input(0))
    result = node.inputs[0]
    for index, op_type, attribute in ((1, "Max", "min"), (2, "Min", "max")):
        if node.present(index):
            result = edit.add(op_type, [result, node.inputs[index]])
        elif node.has_attr(attribute):
            result = edit.add(op_type, [result, edit.scalar(node.attr(attribute), dtype)])
    edit.replace(node, [result])
