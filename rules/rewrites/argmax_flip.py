"""ArgMax that takes the last of equal values: the first of the reversed axis (onnx ArgMax-12)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("argmax_flip", "Look from the other end")


def rewrite(node, edit):
    if not node.attr("select_last_index", 0):
        raise CannotRewrite("the first of equal values is taken already")
    x, rank = node.input(0), edit.rank(node.input(0))
    axis = node.attr("axis", 0) % rank
    size = edit.sizes(x, [axis])[0]
    turned = edit.slice(x.name, [size - 1], [-size - 1], [axis], [-1])
    found = edit.again(node, [turned], select_last_index=None)
    edit.replace(node, [edit.add("Sub", [edit.scalar(size - 1, "INT64"), found])])
