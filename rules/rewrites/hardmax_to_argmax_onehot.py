"""Hardmax as ArgMax compared with the positions along the axis (onnx Hardmax-13)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("hardmax_to_argmax_onehot", "Compare the position of the maximum with every position")


def rewrite(node, edit):
    import numpy as np

    x, rank = node.input(0), edit.rank(node.input(0))
    if edit.opset < 13:
        raise CannotRewrite("before opset 13 Hardmax flattens its input")
    axis = node.attr("axis", -1) % rank
    size = edit.sizes(x, [axis])[0]
    best = edit.add("ArgMax", [x.name], axis=axis, keepdims=1)
    places = np.arange(size, dtype=np.int64).reshape([size if a == axis else 1 for a in range(rank)])
    edit.replace(node, [edit.cast(edit.add("Equal", [best, edit.constant(places)]), edit.dtype(x))])
