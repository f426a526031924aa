"""Round, halves to even, with Floor and comparisons (onnx Round-11; no importer before TensorRT 8.2)."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("round_decompose", "Write Round out with Floor")


def rewrite(node, edit):
    x, dtype = node.inputs[0], edit.dtype(node.input(0))
    low = edit.add("Floor", [x])
    part = edit.add("Sub", [x, low])
    half = edit.scalar(0.5, dtype)
    pairs = edit.add("Floor", [edit.add("Mul", [low, half])])
    odd = edit.add("Sub", [low, edit.add("Mul", [pairs, edit.scalar(2, dtype)])])
    tie = edit.cast(edit.add("Equal", [part, half]), dtype)
    above = edit.cast(edit.add("Greater", [part, half]), dtype)
    up = edit.add("Add", [above, edit.add("Mul", [tie, odd])])
    edit.replace(node, [edit.add("Add", [low, up])])
