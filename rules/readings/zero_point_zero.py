"""QuantizeLinear and DequantizeLinear before 8.0 whose zero point is taken for 0."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Reading

READING = Reading("zero_point_zero", "A zero point of 0", unproven="no network of a parser before 8.0 was recorded")


def read(node, edit):
    import numpy as np

    known = edit.array(node.input(2))
    if known is None:
        raise CannotRewrite("the zero point is not known")
    edit.set_input(node, 2, edit.constant(np.zeros_like(known)))
