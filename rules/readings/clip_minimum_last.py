"""Clip as TensorRT's layer carries it out: the maximum first, then the minimum."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("clip_minimum_last", "The minimum last")


def read(node, edit):
    dtype = edit.dtype(node.input(0))
    if node.opset < 11:
        low, high = (edit.scalar(node.attr(name), dtype) for name in ("min", "max"))
    else:
        low, high = node.inputs[1:3]
    edit.replace(node, [edit.add("Max", [edit.add("Min", [node.inputs[0], high]), low])])
