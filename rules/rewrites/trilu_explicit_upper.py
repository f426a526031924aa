"""Trilu with an explicit ``upper=1``: TensorRT's own default is another."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("trilu_explicit_upper", "Set upper=1 explicitly")


def rewrite(node, edit):
    if node.has_attr("upper"):
        raise CannotRewrite("upper is given already")
    edit.set_attribute(node, "upper", 1)
