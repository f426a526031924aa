"""Mod with Div and Mul: the sign follows the divisor, or with ``fmod`` the dividend (onnx Mod-10).

Div of integers truncates, so that a remainder of the wrong sign is corrected by one divisor.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite


def _of_integers(node):
    return "INT" in (node.input(0).dtype or "INT")


REWRITE = Rewrite("mod_decompose", "Write Mod out with Div, Mul and Sub", fits=_of_integers)


def rewrite(node, edit):
    a, b = node.inputs[0], node.inputs[1]
    dtype = edit.dtype(node.input(0))
    if "INT" not in dtype:
        raise CannotRewrite("the remainder of floats loses digits when it is written out")
    remainder = edit.add("Sub", [a, edit.add("Mul", [edit.add("Div", [a, b]), b])])
    if not node.attr("fmod", 0) and not dtype.startswith("UINT"):
        zero = edit.scalar(0, dtype)
        signs = [(edit.add("Less", [remainder, zero]), edit.add("Greater", [b, zero]))]
        signs.append((edit.add("Greater", [remainder, zero]), edit.add("Less", [b, zero])))
        wrong = edit.add("Or", [edit.add("And", list(pair)) for pair in signs])
        remainder = edit.add("Where", [wrong, edit.add("Add", [remainder, b]), remainder])
    edit.replace(node, [remainder])
