"""A Cast of a constant is carried out: parsers clamp INT64 constants to INT32 before they cast them (TensorRT < 10)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("cast_constant", "Fold the Cast into the constant")


def rewrite(node, edit):
    array = node.input(0).array()
    if node.op_type != "Cast" or array is None or array.dtype.kind not in "iu":
        raise CannotRewrite("not a Cast of integers that the file holds")
    edit.replace(node, [edit.tensor(array, edit.dtype(node.output()))])
