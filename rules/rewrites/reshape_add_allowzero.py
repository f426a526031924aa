"""Reshape with an explicit ``allowzero``: TensorRT 8.0 to 8.4.1 asks for the attribute from opset 14 on."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("reshape_add_allowzero", "Set allowzero=0 explicitly")


def rewrite(node, edit):
    if node.has_attr("allowzero") or node.opset < 14:
        raise CannotRewrite("allowzero is there already, or the opset does not know it")
    edit.set_attribute(node, "allowzero", 0)
