"""Pow of integers with a small constant exponents as products (no integer Pow before TensorRT 10.8).

A float to the power of a constant integer: the exponent in the type of the base.
"""

from __future__ import annotations

from jetdoctor.recipes.arithmetic import is_whole_power, whole_power
from jetdoctor.rule import Rewrite


def _fits(node):
    exponent = node.input(1).array()
    return exponent is None or "INT" not in (node.input(0).dtype or "") or is_whole_power(exponent)


REWRITE = Rewrite("pow_cast_float", "Multiply instead of raising to a power", constants=(1,), fits=_fits)


def rewrite(node, edit):
    exponent = edit.array(node.input(1))
    dtype = edit.dtype(node.input(0))
    if exponent is not None and "INT" not in dtype and exponent.dtype.kind in "iu" and (abs(exponent) < 1 << 11).all():
        edit.set_input(node, 1, edit.tensor(exponent, dtype))
        return
    edit.replace(node, [whole_power(node, edit)])
