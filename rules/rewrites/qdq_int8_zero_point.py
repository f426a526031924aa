"""DequantizeLinear of INT8 without a zero point gets one of INT8 zeros, of the shape of its scale."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("qdq_int8_zero_point", "Add a zero point of INT8 zeros", exact=True)


def rewrite(node, edit):
    import numpy as np

    if node.present(2):
        raise CannotRewrite("the zero point is given")
    if node.op_type != "DequantizeLinear" or edit.dtype(node.input(0)) != "INT8":
        raise CannotRewrite("without a zero point the result is UINT8")
    shape = node.input(1).static_shape
    if shape is None:
        raise CannotRewrite("the shape of the scale is not known")
    edit.set_input(node, 2, edit.constant(np.zeros(shape, np.int8)))
