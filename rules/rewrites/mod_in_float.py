"""Mod of floats with Div, Mul and Sub, whatever the divisor.

The quotient is rounded: where it is large (some thousands), the remainder loses as many digits. Unsafe for that.
"""

from __future__ import annotations

from jetdoctor.recipes.arithmetic import float_remainder
from jetdoctor.rule import CannotRewrite, Rewrite


def _fits(node):
    return (node.input(0).dtype or "FLOAT") in ("FLOAT", "FLOAT16")


REWRITE = Rewrite(
    "mod_in_float", "Decompose the remainder of floats into Div, Mul and Sub", "unsafe", fits=_fits, unsure=True
)


def rewrite(node, edit):
    if not _fits(node):
        raise CannotRewrite("not a remainder of floats")
    edit.replace(node, float_remainder(node, edit))
