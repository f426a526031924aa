"""Constant with ``value_int``, ``value_floats`` and the like, written as a ``value`` tensor."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("constant_to_value_tensor", "Write the constant as a value tensor")


def rewrite(node, edit):
    tensor = None if node.has_attr("value") else node.constant_tensor()
    if tensor is None:
        raise CannotRewrite("the constant is not a number or a list of numbers")
    for name in ("value_int", "value_ints", "value_float", "value_floats"):
        edit.remove_attribute(node, name)
    edit.set_attribute(node, "value", tensor)
