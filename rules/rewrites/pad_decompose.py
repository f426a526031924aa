"""Pad with constant pads as Concat and Slice, axis by axis, in every mode (onnx Pad-11 to -19).

A positive pad joins blocks of the value, border slices, reversed or wrapped slices; a negative one cuts.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("pad_decompose", "Write the pad out with Concat and Slice", constants=(1, 3))

_LONGEST = 64  # slices of one border
_END = (1 << 31) - 1  # beyond the end of every axis, and an INT32


def rewrite(node, edit):
    x, rank = node.input(0), edit.rank(node.input(0))
    pads, mode = _pads(node, edit, rank), node.attr("mode", "constant")
    result, sizes = node.inputs[0], [size if isinstance(size, int) else None for size in x.shape or ()]
    for axis, (before, after) in enumerate(pads):
        result, sizes[axis] = _cut(edit, result, axis, sizes[axis], before, after)
        before, after = max(before, 0), max(after, 0)
        if before or after:
            parts = _border(node, edit, result, axis, sizes, before, after, mode)
            result = edit.add("Concat", parts, axis=axis)
            sizes[axis] = None if sizes[axis] is None else sizes[axis] + before + after
    edit.replace(node, [result])


def _pads(node, edit, rank):
    pads = node.attr("pads")
    if pads is None:
        pads = edit.array(node.input(1))
        if pads is None:
            raise CannotRewrite("the pads are not constant")
    axes = list(range(rank))
    if node.present(3):
        given = edit.array(node.input(3))
        if given is None:
            raise CannotRewrite("the axes are not constant")
        axes = [int(axis) % rank for axis in given]
    full = [(0, 0)] * rank
    for index, axis in enumerate(axes):
        full[axis] = (int(pads[index]), int(pads[index + len(axes)]))
    return full


def _cut(edit, name, axis, size, before, after):
    if before >= 0 and after >= 0:
        return name, size
    start = max(0, -before)
    if size is None:
        return edit.slice(name, [start], [after if after < 0 else _END], [axis]), None
    end = size + min(0, after)
    if end <= start:
        raise CannotRewrite("nothing is left of axis %d" % axis)
    return edit.slice(name, [start], [end], [axis]), end - start


def _border(node, edit, name, axis, sizes, before, after, mode):
    """What the axis is joined from. Counted from the end where the size is open."""
    size = sizes[axis]
    if mode == "constant":
        blocks = [_block(node, edit, name, sizes, axis, count) if count else None for count in (before, after)]
    elif mode == "edge":
        blocks = [_edge(edit, name, axis, at, count) for at, count in ((0, before), (-1, after))]
    elif mode == "wrap":
        if size is None or max(before, after) > size:
            raise CannotRewrite("the pad may wrap more than once")
        blocks = [_piece(edit, name, axis, size - before, size), _piece(edit, name, axis, 0, after)]
    else:
        if (size is not None and max(before, after) >= size) or max(before, after) > _LONGEST:
            raise CannotRewrite("the border is too long to be mirrored")
        left = [_piece(edit, name, axis, i, i + 1) for i in range(before, 0, -1)]
        right = [_piece(edit, name, axis, i, i + 1) for i in range(-2, -2 - after, -1)]
        return left + [name] + right
    return [part for part in (blocks[0], name, blocks[1]) if part]


def _piece(edit, name, axis, start, end):
    return edit.slice(name, [start], [end], [axis]) if end > start else None


def _edge(edit, name, axis, at, count):
    if not count:
        return None
    piece = _piece(edit, name, axis, at, at + 1 or _END)
    return edit.add("Concat", [piece] * count, axis=axis) if count > 1 else piece


def _block(node, edit, name, sizes, axis, count):
    """A block of the value: a constant, or where sizes are open one that is expanded to them."""
    import numpy as np

    value = node.attr("value", 0.0)
    if node.present(2):
        value = edit.array(node.input(2))
        if value is None:
            raise CannotRewrite("the value is not constant")
        value = value.reshape(-1)[0]
    dtype, rank = edit.dtype(node.input(0)), len(sizes)
    shape = list(sizes)
    shape[axis] = count
    if None not in shape:
        return edit.tensor(np.full(shape, value), dtype)
    known = edit.add("Shape", [name])
    parts = [edit.slice(known, [0], [axis], [0])] if axis else []
    parts += [edit.ints([count])] + ([edit.slice(known, [axis + 1], [rank], [0])] if axis + 1 < rank else [])
    wanted = edit.add("Concat", parts, axis=0) if len(parts) > 1 else parts[0]
    return edit.add("Expand", [edit.tensor(np.full([1] * rank, value), dtype), wanted])
