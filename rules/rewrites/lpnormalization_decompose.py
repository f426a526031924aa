"""LpNormalization as division by the norm along an axis; zero where the norm is zero."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("lpnormalization_decompose", "Divide by the norm")


def rewrite(node, edit):
    x, dtype = node.inputs[0], edit.dtype(node.input(0))
    axis = node.attr("axis", -1) % edit.rank(node.input(0))
    if node.attr("p", 2) == 1:
        norm = edit.reduce("ReduceSum", edit.add("Abs", [x]), [axis])
    else:
        norm = edit.add("Sqrt", [edit.reduce("ReduceSum", edit.add("Mul", [x, x]), [axis])])
    nothing = edit.cast(edit.add("Equal", [norm, edit.scalar(0, dtype)]), dtype)
    edit.replace(node, [edit.add("Div", [x, edit.add("Add", [norm, nothing])])])
