"""Trilu as a product with a mask: NaN and infinity stay where 0 should stand."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Reading

READING = Reading("trilu_by_product", "Times a mask", unproven="no recorded model holds infinity")


def read(node, edit):
    import numpy as np

    shape = node.input(0).static_shape
    if shape is None or len(shape) < 2:
        raise CannotRewrite("the shape is not known")
    ones = edit.constant(np.ones(shape, "float32"))
    mask = edit.add("Trilu", [ones, *node.inputs[1:2]], upper=node.attr("upper", 1))
    edit.replace(node, [edit.add("Mul", [node.inputs[0], edit.cast(mask, edit.dtype(node.input(0)))])])
