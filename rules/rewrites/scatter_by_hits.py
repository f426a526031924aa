"""Scatter with a reduction, wherever the indices point: which update hits which place, then reduced.

For ScatterElements whose indices cover the other axes, and for ScatterND (onnx 16 and 18). Sums of floats are
products with the table of hits (see ``scatter_reduction_rewrite``); everything else is chosen and reduced.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("scatter_by_hits", "Reduce what hits a place, then combine")

_COMBINE = {"add": "Add", "mul": "Mul", "max": "Max", "min": "Min"}
_REDUCE = {"add": "ReduceSum", "mul": "ReduceProd", "max": "ReduceMax", "min": "ReduceMin"}
_TYPES = ("FLOAT", "FLOAT16", "DOUBLE", "INT32", "INT64")
_LARGEST = 1 << 20  # updates by places, for every lane


def rewrite(node, edit):
    reduction = node.attr("reduction", "none")
    if reduction not in _COMBINE:
        raise CannotRewrite("nothing is combined")
    if edit.dtype(node.input(0)) not in _TYPES:
        raise CannotRewrite("%s is not reduced" % edit.dtype(node.input(0)))
    by = _nd if node.op_type == "ScatterND" else _elements
    edit.replace(node, [by(node, edit, reduction)])


def _elements(node, edit, reduction):
    """Along the last axis: hits [.., updates, places] of updates [.., updates, 1]."""
    x, index = node.input(0), node.input(1)
    rank = edit.rank(x)
    axis = node.attr("axis", 0) % rank
    others = [a for a in range(rank) if a != axis]
    before, covered = x.shape or (), index.shape or ()
    if len(covered) != rank or any(before[a] != covered[a] or before[a] is None for a in others):
        raise CannotRewrite("the indices do not cover the other axes")
    size, count = edit.sizes(x, [axis])[0], edit.sizes(index, [axis])[0]
    perm = others + [axis]
    wide = edit.unsqueeze(_as_int64(edit, index, edit.transpose(index.name, perm)), [rank])
    hit = _hits(edit, wide, size, [1] * rank + [size], size * count)
    updates = edit.unsqueeze(edit.transpose(node.inputs[2], perm), [rank])
    old = edit.unsqueeze(edit.transpose(x.name, perm), [rank - 1])
    best = _reduced(edit, reduction, hit, updates, (old, edit.dtype(x)), rank - 1)
    back = [perm.index(a) for a in range(rank)]
    return edit.add(_COMBINE[reduction], [x.name, edit.transpose(best, back)])


def _nd(node, edit, reduction):
    """Rows of the data: hits [updates, places, 1] of updates [updates, 1, row]."""
    x, index = node.input(0), node.input(1)
    depth = edit.sizes(index, [-1])[0]
    count = _product(edit.sizes(index, range(edit.rank(index) - 1)))
    sizes, row = edit.sizes(x, range(depth)), _product(edit.sizes(x, range(depth, edit.rank(x))))
    places = _product(sizes)
    columns = edit.reshape(_as_int64(edit, index, index.name), [count, depth])
    flat = None
    for column, size in enumerate(sizes):
        part = edit.slice(columns, [column], [column + 1], [1])
        zero, step = edit.scalar(0, "INT64"), edit.scalar(size, "INT64")
        part = edit.add("Where", [edit.add("Less", [part, zero]), edit.add("Add", [part, step]), part])
        flat = part if flat is None else edit.add("Add", [edit.add("Mul", [flat, step]), part])
    hit = edit.unsqueeze(_hits(edit, flat, places, [1, places], places * count * row), [2])
    updates = edit.reshape(node.inputs[2], [count, 1, row])
    old = edit.reshape(x.name, [1, places, row])
    best = _reduced(edit, reduction, hit, updates, (old, edit.dtype(x)), 0)
    return edit.add(_COMBINE[reduction], [x.name, edit.reshape(best, edit.sizes(x, range(edit.rank(x))))])


def _as_int64(edit, index, name):
    return name if edit.dtype(index) == "INT64" else edit.cast(name, "INT64")


def _hits(edit, wide, size, shape, elements):
    """BOOL: which update goes to which place; a place may be counted from the end."""
    import numpy as np

    if elements > _LARGEST:
        raise CannotRewrite("a table of %d hits is too large" % elements)
    classes = np.arange(size, dtype=np.int64).reshape(shape)
    return edit.add("Or", [edit.add("Equal", [wide, edit.constant(classes - turn)]) for turn in (0, size)])


def _reduced(edit, reduction, hit, updates, old, axis):
    """What hits every place, reduced over the updates; what changes nothing stands where none does."""
    name, dtype = old
    # The old value changes no maximum that it is part of, so that no infinity is needed.
    neutral = {"add": 0, "mul": 1}.get(reduction)
    other = name if neutral is None else edit.scalar(neutral, dtype)
    chosen = edit.add("Where", [hit, updates, other])
    return edit.reduce(_REDUCE[reduction], chosen, [axis], keepdims=0)


def _product(sizes):
    total = 1
    for size in sizes:
        total *= size
    return total
