"""ScatterND and ScatterElements to places that are known, as Concat and Gather (onnx Scatter*-11).

Old values and updates stand one behind the other, and a constant index takes every place from the one or the
other. What an assignment to a slice exports as; no importer before TensorRT 8.2.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("scatter_to_gather", "Select old values and updates with Gather")

_LARGEST = 1 << 22  # places


def rewrite(node, edit):
    import numpy as np

    if node.attr("reduction", "none") != "none":
        raise CannotRewrite("the updates are combined with the old values")
    indices = edit.array(node.input(1))
    if indices is None:
        raise CannotRewrite("the indices are not constant")
    if node.op_type == "ScatterND":
        edit.replace(node, [_rows(node, edit, indices, np)])
        return
    axis = node.attr("axis", 0) % edit.rank(node.input(0))
    line = _one_line(node, indices, axis, np)
    if line is not None:
        edit.replace(node, [_along_axis(node, edit, line, axis, np)])
    else:
        edit.replace(node, [_elements(node, edit, indices, axis, np)])


def _places(size, written, np):
    """For every place where it is found in old values and updates together, INT64 [size]."""
    if size > _LARGEST:
        raise CannotRewrite("%d positions are too many" % size)
    if len(np.unique(written)) != len(written):
        raise CannotRewrite("a position is written twice")
    places = np.arange(size, dtype=np.int64)
    places[written] = size + np.arange(len(written), dtype=np.int64)
    return places


def _rows(node, edit, indices, np):
    depth = indices.shape[-1]
    x, rank = node.input(0), edit.rank(node.input(0))
    sizes, rest = edit.sizes(x, range(depth)), list((x.shape or ())[depth:])
    if sum(not isinstance(size, int) for size in rest) > 1:
        raise CannotRewrite("%s has sizes that are not fixed" % x.name)
    rest = [size if isinstance(size, int) else -1 for size in rest]
    if 0 in rest:
        raise CannotRewrite("%s is empty" % x.name)
    rows = indices.reshape(-1, depth)
    written = np.zeros(len(rows), dtype=np.int64)
    for column, size in enumerate(sizes):
        written = written * size + rows[:, column] % size
    places = _places(int(np.prod(sizes, dtype=np.int64)), written, np)
    old = x.name if depth == 1 else edit.reshape(x.name, [len(places)] + rest)
    new = edit.reshape(node.inputs[2], [len(rows)] + rest)
    both = edit.add("Concat", [old, new], axis=0)
    taken = edit.add("Gather", [both, edit.ints(places)], axis=0)
    return taken if depth == 1 and rank else edit.reshape(taken, list(sizes) + rest)


def _one_line(node, indices, axis, np):
    """The indices along the axis, if they are the same everywhere and cover the other axes; else None."""
    before, after = node.input(0).shape, node.input(2).shape
    if before is None or after is None or len(before) != len(after):
        return None
    if any(a != b or a is None for i, (a, b) in enumerate(zip(before, after)) if i != axis):
        return None
    lines = np.moveaxis(indices, axis, -1).reshape(-1, indices.shape[axis])
    return lines[0] if len(lines) and (lines == lines[0]).all() else None


def _along_axis(node, edit, line, axis, np):
    size = edit.sizes(node.input(0), [axis])[0]
    places = _places(size, line % size, np)
    both = edit.add("Concat", [node.inputs[0], node.inputs[2]], axis=axis)
    return edit.add("Gather", [both, edit.ints(places)], axis=axis)


def _elements(node, edit, indices, axis, np):
    sizes = edit.sizes(node.input(0), range(edit.rank(node.input(0))))
    where = [grid.reshape(-1) for grid in np.indices(indices.shape)]
    where[axis] = indices.reshape(-1) % sizes[axis]
    written = np.zeros(indices.size, dtype=np.int64)
    for line, size in zip(where, sizes):
        written = written * size + line
    places = _places(int(np.prod(sizes, dtype=np.int64)), written, np)
    both = edit.add("Concat", [edit.reshape(name, [-1]) for name in (node.inputs[0], node.inputs[2])], axis=0)
    return edit.reshape(edit.add("Gather", [both, edit.ints(places)], axis=0), list(sizes))
