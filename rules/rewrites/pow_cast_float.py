"""Pow of integers with a small constant exponent as a product (no integer Pow before TensorRT 10.8).

A float to the power of a constant integer: the exponent in the type of the base.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("pow_cast_float", "Multiply instead of raising to a power", constants=(1,))

_LARGEST = 8


def rewrite(node, edit):
    import numpy as np

    exponent = edit.array(node.input(1))
    x, dtype = node.inputs[0], edit.dtype(node.input(0))
    if exponent is not None and "FLOAT" in dtype and exponent.dtype.kind in "iu" and (abs(exponent) < 1 << 11).all():
        edit.set_input(node, 1, edit.tensor(exponent, dtype))
        return
    if exponent is None or exponent.size != 1 or "INT" not in dtype:
        raise CannotRewrite("the exponent is not one constant, or the base no integer")
    power = float(exponent.reshape(-1)[0])
    if power != int(power) or not 1 <= power <= _LARGEST:
        raise CannotRewrite("the exponent %g is not a small whole number" % power)
    if np.ndim(exponent) > edit.rank(node.input(0)):
        raise CannotRewrite("the exponent adds an axis")
    result = x
    for _ in range(int(power) - 1):
        result = edit.add("Mul", [result, x])
    edit.replace(node, [result])
