"""Celu up to 8.2, whose negative part is alpha to the power of (exp(x/alpha) - 1)."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("celu_power", "A power for a product", unproven="no network of a parser before 8.4 was recorded")


def read(node, edit):
    x, dtype = node.inputs[0], edit.dtype(node.input(0))
    zero, one, alpha = (edit.scalar(value, dtype) for value in (0, 1, node.attr("alpha", 1.0)))
    grown = edit.add("Sub", [edit.add("Exp", [edit.add("Div", [x, alpha])]), one])
    below = edit.add("Min", [zero, edit.add("Pow", [alpha, grown])])
    edit.replace(node, [edit.add("Add", [edit.add("Max", [zero, x]), below])])
