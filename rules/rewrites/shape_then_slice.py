"""Shape with ``start`` and ``end`` becomes Shape and Slice (onnx Shape-15; read from TensorRT 10 on)."""

from __future__ import annotations

from jetdoctor.recipes.shapes import part_of_shape
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("shape_then_slice", "Slice the shape")


def rewrite(node, edit):
    if not node.has_attr("start") and not node.has_attr("end"):
        raise CannotRewrite("the whole shape is used")
    edit.replace(node, part_of_shape(node, edit))
