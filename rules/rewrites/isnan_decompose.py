"""IsNaN: only NaN differs from itself (onnx IsNaN-9)."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("isnan_decompose", "Compare the value with itself")


def rewrite(node, edit):
    x = node.inputs[0]
    edit.replace(node, [edit.add("Not", [edit.add("Equal", [x, x])])])
