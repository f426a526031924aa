"""GatherND as Gather from a flat table, with linear indices (onnx GatherND-12; importer from TensorRT 8.2).

Index tuples become row numbers of the table; a negative index counts from the end.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("gathernd_to_gather", "Gather rows of a flat table")


def rewrite(node, edit):
    import numpy as np

    data, indices = node.input(0), node.input(1)
    if node.attr("batch_dims", 0):
        raise CannotRewrite("batch dims are not written out")
    rank, depth = edit.rank(indices), edit.sizes(indices, [-1])[0]
    sizes = edit.sizes(data, range(edit.rank(data)))
    dims, rest = np.array(sizes[:depth], np.int64), list(sizes[depth:])
    strides = np.array([int(np.prod(dims[axis + 1 :])) for axis in range(depth)], np.int64)
    dtype, index = edit.dtype(indices), indices.name
    known = edit.array(indices)
    if known is None or (known < 0).any():
        negative = edit.add("Less", [index, edit.scalar(0, dtype)])
        wrapped = edit.add("Add", [index, edit.constant(edit.of(dims, dtype))])
        index = edit.add("Where", [negative, wrapped, index])
    rows = edit.add("Mul", [index, edit.constant(edit.of(strides, dtype))])
    rows = edit.reduce("ReduceSum", rows, [rank - 1], keepdims=0)
    table = edit.reshape(data.name, [int(np.prod(dims))] + rest)
    edit.replace(node, [edit.add("Gather", [table, rows], axis=0)])
