"""GatherND as Gather from a flat table, with linear indices (onnx GatherND-12; importer from TensorRT 8.2).

Index tuples become row numbers of the table; a negative index counts from the end.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("gathernd_to_gather", "Gather rows of a flat table")


def rewrite(node, edit):
    data, indices = node.input(0), node.input(1)
    rank, depth, batch = edit.rank(indices), edit.sizes(indices, [-1])[0], node.attr("batch_dims", 0)
    shape = list(data.shape or ())
    if not all(isinstance(size, int) for size in shape[: batch + depth]) or batch:
        edit.replace(node, [_step_by_step(node, edit, rank, depth, batch)])
        return
    edit.replace(node, [_at_once(node, edit, rank, depth)])


def _at_once(node, edit, rank, depth):
    """All sizes are known: the row number is a product with constant strides."""
    import numpy as np

    data, indices = node.input(0), node.input(1)
    dims = np.array(edit.sizes(data, range(depth)), np.int64)
    strides = np.array([int(np.prod(dims[axis + 1 :])) for axis in range(depth)], np.int64)
    dtype, index = edit.dtype(indices), indices.name
    known = edit.array(indices)
    if known is None or (known < 0).any():
        negative = edit.add("Less", [index, edit.scalar(0, dtype)])
        wrapped = edit.add("Add", [index, edit.tensor(dims, dtype)])
        index = edit.add("Where", [negative, wrapped, index])
    rows = edit.add("Mul", [index, edit.tensor(strides, dtype)])
    rows = edit.reduce("ReduceSum", rows, [rank - 1], keepdims=0)
    return edit.add("Gather", [_table(node, edit, depth), rows], axis=0)


def _step_by_step(node, edit, rank, depth, batch):
    """Axis by axis, with the sizes of the run time."""
    data, indices = node.input(0), node.input(1)
    index = indices.name if edit.dtype(indices) == "INT64" else edit.cast(indices.name, "INT64")
    coordinates = [(edit.along(indices, axis, rank - 1), data, axis) for axis in range(batch)]
    for column in range(depth):
        part = edit.add("Gather", [index, edit.scalar(column, "INT64")], axis=rank - 1)
        axis = batch + column
        coordinates.append((edit.counted_from_start(part, data, axis), data, axis))
    table = _table(node, edit, batch + depth)
    return edit.add("Gather", [table, edit.element_number(coordinates)], axis=0)


def _table(node, edit, depth):
    """The data with one row for every tuple of the first ``depth`` axes."""
    data = node.input(0)
    if depth == 1:
        return data.name
    sizes = [size if isinstance(size, int) else None for size in data.shape or ()]
    rows, rest = 1, sizes[depth:]
    for size in sizes[:depth]:
        rows = None if None in (rows, size) else rows * size
    shape = [-1 if size is None else size for size in [rows] + rest]
    if shape.count(-1) > 1:
        raise CannotRewrite("more than one size of %s is not fixed" % data.name)
    return edit.reshape(data.name, shape)
