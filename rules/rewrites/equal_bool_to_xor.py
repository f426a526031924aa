"""Equal of two booleans as ``Not(Xor)``, or as Equal of integers for parsers without Xor."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("equal_bool_to_xor", "Compare booleans as integers")


def rewrite(node, edit):
    if edit.dtype(node.input(0)) != "BOOL":
        raise CannotRewrite("the operands are not boolean")
    if edit.target is None or edit.target.tensorrt_version >= (8, 4):
        edit.replace(node, [edit.add("Not", [edit.add("Xor", list(node.inputs))])])
    else:
        edit.replace(node, [edit.add("Equal", [edit.cast(name, "INT32") for name in node.inputs])])
