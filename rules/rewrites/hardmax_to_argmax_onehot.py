"""Hardmax as ArgMax compared with the positions along the axis (onnx Hardmax-13, and before it flattened)."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("hardmax_to_argmax_onehot", "Compare the position of the maximum with every position")


def rewrite(node, edit):
    x, rank = node.input(0), edit.rank(node.input(0))
    if edit.opset >= 13:
        axis = node.attr("axis", -1) % rank
        edit.replace(node, [_largest(edit, x.name, rank, axis, edit.sizes(x, [axis])[0], edit.dtype(x))])
        return
    axis = node.attr("axis", 1) % rank  # all axes from there on are one (onnx Hardmax-1, -11)
    sizes = edit.sizes(x, range(axis, rank))
    if len(sizes) == 1:
        edit.replace(node, [_largest(edit, x.name, rank, axis, sizes[0], edit.dtype(x))])
        return
    shape, flat, size = edit.sizes(x, range(rank)), edit.add("Flatten", [x.name], axis=axis), 1
    for part in sizes:
        size *= part
    edit.replace(node, [edit.reshape(_largest(edit, flat, 2, 1, size, edit.dtype(x)), shape)])


def _largest(edit, name, rank, axis, size, dtype):
    """1 where the maximum along ``axis`` is, else 0."""
    import numpy as np

    best = edit.add("ArgMax", [name], axis=axis, keepdims=1)
    places = np.arange(size, dtype=np.int64).reshape([size if a == axis else 1 for a in range(rank)])
    return edit.cast(edit.add("Equal", [best, edit.constant(places)]), dtype)
