"""RMSNormalization written out: divide by the root of the mean square, scale (onnx RMSNormalization-23)."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("rmsnorm_decompose", "Write RMSNormalization out as mean of squares")


def rewrite(node, edit):
    x = node.input(0)
    rank, dtype = edit.rank(x), edit.dtype(x)
    axes = list(range(node.attr("axis", -1) % rank, rank))
    stash = "FLOAT" if node.attr("stash_type", 1) == 1 else dtype
    data = x.name if dtype == stash else edit.cast(x.name, stash)
    square = edit.reduce("ReduceMean", edit.add("Mul", [data, data]), axes)
    root = edit.add("Sqrt", [edit.add("Add", [square, edit.scalar(node.attr("epsilon", 1e-5), stash)])])
    result = edit.add("Div", [data, root])
    if dtype != stash:
        result = edit.cast(result, dtype)
    edit.replace(node, [edit.add("Mul", [result, node.inputs[1]])])
