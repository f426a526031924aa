"""QuantizeLinear or DequantizeLinear of INT8 without a zero point gets one of INT8 zeros, of the shape of its scale."""

from __future__ import annotations

from jetdoctor.graph import DTYPE_NUMBERS
from jetdoctor.rule import CannotRewrite, Rewrite


def _fits(node):
    """Without a zero point, QuantizeLinear gives UINT8 unless ``output_dtype`` says INT8."""
    if node.op_type == "QuantizeLinear":
        return node.attr("output_dtype", 0) == DTYPE_NUMBERS["INT8"]
    return (node.input(0).dtype or "INT8") == "INT8"


REWRITE = Rewrite("qdq_int8_zero_point", "Add a zero point of INT8 zeros", fits=_fits, exact=True)


def rewrite(node, edit):
    import numpy as np

    if node.present(2):
        raise CannotRewrite("the zero point is given")
    if not _fits(node):
        raise CannotRewrite("without a zero point the result is UINT8")
    shape = node.input(1).static_shape
    if shape is None:
        raise CannotRewrite("the shape of the scale is not known")
    edit.remove_attribute(node, "output_dtype")
    edit.set_input(node, 2, edit.constant(np.zeros(shape, np.int8)))
