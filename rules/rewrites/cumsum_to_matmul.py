"""CumSum as the product with a triangle of ones along the axis (onnx CumSum-11)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("cumsum_to_matmul", "Multiply with a triangle of ones", constants=(1,))

_LONGEST = 2048


def rewrite(node, edit):
    import numpy as np

    x, rank, dtype = node.input(0), edit.rank(node.input(0)), edit.dtype(node.input(0))
    axis = edit.array(node.input(1))
    if axis is None:
        raise CannotRewrite("the axis is not constant")
    if dtype not in ("FLOAT", "FLOAT16", "DOUBLE"):
        raise CannotRewrite("TensorRT multiplies no matrices of integers")
    axis = int(axis.reshape(-1)[0]) % rank
    size = edit.sizes(x, [axis])[0]
    if size > _LONGEST:
        raise CannotRewrite("a triangle of %d x %d is too large" % (size, size))
    ones = np.triu(np.ones((size, size)), 1 if node.attr("exclusive", 0) else 0)
    if node.attr("reverse", 0):
        ones = ones.T
    perm = [a for a in range(rank) if a != axis] + [axis]
    total = edit.transpose(x.name, perm)
    if rank == 1:
        total = edit.unsqueeze(total, [0])
    total = edit.add("MatMul", [total, edit.tensor(ones, dtype)])
    if rank == 1:
        total = edit.squeeze(total, [0])
    edit.replace(node, [edit.transpose(total, [perm.index(a) for a in range(rank)])])
