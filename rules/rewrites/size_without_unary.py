"""Neg, Not, Abs and Relu of sizes with operators of two operands, which compute sizes before TensorRT 8.4 as well."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite(
    "size_without_unary",
    "Compute the size with operators of two operands",
    fits=lambda node: node.op_type in ("Abs", "Neg", "Not", "Relu"),
)


def rewrite(node, edit):
    name, dtype = node.inputs[0], edit.dtype(node.input(0))
    if dtype not in ("INT32", "INT64", "BOOL"):
        raise CannotRewrite("of type %s" % dtype)
    if node.op_type == "Not":
        made = edit.add("Where", [name, edit.scalar(False, "BOOL"), edit.scalar(True, "BOOL")])
    elif node.op_type == "Relu":
        made = edit.add("Max", [name, edit.scalar(0, dtype)])
    else:
        made = edit.add("Sub", [edit.scalar(0, dtype), name])
        made = made if node.op_type == "Neg" else edit.add("Max", [name, made])
    edit.replace(node, [made])
