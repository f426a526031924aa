"""IsNaN: only NaN differs from itself (onnx IsNaN-9)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("isnan_decompose", "Compare the value with itself")


def rewrite(node, edit):
    if edit.opset < 11:
        raise CannotRewrite("Equal compares no floats before opset 11")
    x = node.inputs[0]
    edit.replace(node, [edit.add("Not", [edit.add("Equal", [x, x])])])
