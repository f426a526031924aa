"""QuantizeLinear and DequantizeLinear with their default axis written out: TensorRT's default is 0, not 1."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("qdq_explicit_axis", "Write the quantisation axis out")


def rewrite(node, edit):
    if node.has_attr("axis") or edit.opset < 13:
        raise CannotRewrite("the axis is given, or the opset does not know it")
    edit.set_attribute(node, "axis", 1)
