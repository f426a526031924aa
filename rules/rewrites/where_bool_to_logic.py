"""Where between booleans as ``(c and x) or (not c and y)``."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("where_bool_to_logic", "Choose between booleans with And and Or")


def rewrite(node, edit):
    condition, x, y = node.inputs
    if edit.dtype(node.input(1)) != "BOOL":
        raise CannotRewrite("the choices are not boolean")
    first = edit.add("And", [condition, x])
    edit.replace(node, [edit.add("Or", [first, edit.add("And", [edit.add("Not", [condition]), y])])])
