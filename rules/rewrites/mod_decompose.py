"""Mod with Div and Mul: the sign follows the divisor, or with ``fmod`` the dividend (onnx Mod-10).

Of floats only where the divisor is a constant power of two, so that nothing is rounded; ``mod_in_float`` does the rest.
"""

from __future__ import annotations

from jetdoctor.recipes.arithmetic import divide_exactly, float_remainder, integer_remainder
from jetdoctor.rule import CannotRewrite, Rewrite


def _fits(node):
    return "INT" in (node.input(0).dtype or "INT") or divide_exactly(node.input(1).array())


REWRITE = Rewrite("mod_decompose", "Decompose Mod into Div, Mul and Sub", fits=_fits)


def rewrite(node, edit):
    if "INT" in edit.dtype(node.input(0)):
        edit.replace(node, integer_remainder(node, edit))
    elif divide_exactly(edit.array(node.input(1))):
        edit.replace(node, float_remainder(node, edit))
    else:
        raise CannotRewrite("the remainder of floats loses digits when it is decomposed")
