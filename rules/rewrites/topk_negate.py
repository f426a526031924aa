"""TopK of the smallest by way of the largest: negate, take, negate back; the indices stay.

TensorRT before 8.5 ignores ``largest=0``. Exact for floats; for integers the least value has no negative.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("topk_negate", "Take the largest of the negated values")


def rewrite(node, edit):
    if node.attr("largest", 1):
        raise CannotRewrite("the largest are taken already")
    if "FLOAT" not in edit.dtype(node.input(0)) and edit.dtype(node.input(0)) != "DOUBLE":
        raise CannotRewrite("the least integer has no negative")
    negated = edit.add("Neg", [node.inputs[0]])
    values, indices = edit.again(node, [negated] + list(node.inputs[1:]), 2, largest=1)
    edit.replace(node, [edit.add("Neg", [values]), indices])
