"""Clip whose minimum is above its maximum: ONNX answers with the maximum, so the maximum is both (Clip-13)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("clip_uncross_bounds", "Lower the minimum to the maximum")


def rewrite(node, edit):
    if node.op_type != "Clip":
        raise CannotRewrite("it is not a Clip")
    if node.opset < 11:
        edit.set_attribute(node, "min", node.attr("max"))
    else:
        edit.set_input(node, 1, node.inputs[2])
