"""ScatterElements that adds (or takes the larger, the smaller), where the parser overwrites.

With indices that are known and differ from each other, the old values are gathered, combined with the
updates and written back. Otherwise an addition becomes a product with the matrix of hits.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("scatter_reduction_rewrite", "Combine before scattering")

_COMBINE = {"add": "Add", "mul": "Mul", "max": "Max", "min": "Min"}


def rewrite(node, edit):
    import numpy as np

    reduction = node.attr("reduction", "none")
    if reduction not in _COMBINE or node.op_type not in ("ScatterElements", "ScatterND"):
        raise CannotRewrite("nothing is combined")
    data, indices, updates = node.inputs
    known = edit.array(node.input(1))
    if known is not None and _distinct(node, edit, known, np):
        gather = "GatherElements" if node.op_type == "ScatterElements" else "GatherND"
        axis = {"axis": node.attr("axis", 0)} if node.op_type == "ScatterElements" else {}
        old = edit.add(gather, [data, indices], **axis)
        new = edit.add(_COMBINE[reduction], [old, updates])
        edit.replace(node, [edit.again(node, [data, indices, new], reduction=None)])
    elif reduction == "add" and node.op_type == "ScatterElements":
        edit.replace(node, [_by_matrix(node, edit)])
    else:
        raise CannotRewrite("the indices may meet, and only an addition can be summed first")


def _distinct(node, edit, indices, np):
    """Whether no element is written twice."""
    sizes = edit.sizes(node.input(0), range(edit.rank(node.input(0))))
    if node.op_type == "ScatterND":
        rows = indices.reshape(-1, indices.shape[-1]) % np.array(sizes[: indices.shape[-1]])
        return len(np.unique(rows, axis=0)) == len(rows)
    axis = node.attr("axis", 0) % len(sizes)
    places = np.moveaxis(indices % sizes[axis], axis, -1)
    places = np.sort(places, axis=-1)
    return not bool((places[..., 1:] == places[..., :-1]).any())


def _by_matrix(node, edit):
    """data + sum over updates, each sent to its place by a row of zeros and a one (FLOAT only)."""
    import numpy as np

    x, rank = node.input(0), edit.rank(node.input(0))
    axis, dtype = node.attr("axis", 0) % rank, edit.dtype(x)
    index = node.input(1)
    if dtype not in ("FLOAT", "FLOAT16") or edit.rank(index) != rank:
        raise CannotRewrite("only sums of floats are written as a product")
    others = [a for a in range(rank) if a != axis]
    if edit.sizes(x, others) != edit.sizes(index, others):
        raise CannotRewrite("the indices do not cover the other axes")
    size = edit.sizes(x, [axis])[0]
    classes = np.arange(size, dtype=np.int64).reshape([1] * rank + [size])
    perm = others + [axis]
    wide = edit.unsqueeze(edit.transpose(index.name, perm), [rank])
    if edit.dtype(index) != "INT64":
        wide = edit.cast(wide, "INT64")
    hits = [edit.add("Equal", [wide, edit.constant(classes - turn)]) for turn in (0, size)]
    hit = edit.add("Or", hits)
    values = edit.unsqueeze(edit.transpose(node.inputs[2], perm), [rank - 1])
    total = edit.add("MatMul", [values, edit.cast(hit, dtype)])
    total = edit.squeeze(total, [rank - 1])
    back = [perm.index(a) for a in range(rank)]
    return edit.add("Add", [x.name, edit.transpose(total, back)])
