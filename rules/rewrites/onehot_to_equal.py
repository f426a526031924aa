"""OneHot by comparing with 0..depth-1 (onnx OneHot-11). A negative index counts from the end."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("onehot_to_equal", "Compare the indices with every class", constants=(1, 2))

#: classes that are listed one by one; vocabularies have a quarter of a million
_MOST_CLASSES = 1 << 20


def rewrite(node, edit):
    import numpy as np

    indices = node.input(0)
    rank, dtype = edit.rank(indices), edit.dtype(indices)
    depth, values = edit.array(node.input(1)), edit.array(node.input(2))
    if depth is None or values is None:
        raise CannotRewrite("depth or values are not constant")
    depth, axis = int(np.asarray(depth).reshape(-1)[0]), node.attr("axis", -1) % (rank + 1)
    if depth > _MOST_CLASSES:
        raise CannotRewrite("a constant for each of %d classes" % depth)
    if dtype not in ("INT32", "INT64", "FLOAT"):
        raise CannotRewrite("indices of type %s" % dtype)
    classes = edit.of(np.arange(depth).reshape([depth if d == axis else 1 for d in range(rank + 1)]), dtype)
    wide = edit.unsqueeze(indices.name, [axis])
    here = edit.add("Equal", [wide, edit.constant(classes)])
    below = edit.add("Equal", [edit.add("Add", [wide, edit.scalar(depth, dtype)]), edit.constant(classes)])
    hit = edit.add("Or", [here, below])
    choices = [edit.constant(values[i].reshape([1] * (rank + 1))) for i in (1, 0)]
    edit.replace(node, [edit.add("Where", [hit] + choices)])
