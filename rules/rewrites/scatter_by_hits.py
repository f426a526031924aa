"""Scatter wherever the indices point: which update hits which place, then reduced and combined.

For ScatterElements whose indices cover the other axes, and for ScatterND (onnx 11 to 18), with sizes that may be
open. Sums of floats are products with the table of hits where sizes are known (see ``scatter_reduction_rewrite``);
everything else is chosen and reduced. Without a reduction the last update that hits a place is taken.
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
    if reduction not in ("none", *_COMBINE) or edit.dtype(node.input(0)) not in _TYPES:
        raise CannotRewrite("%s of %s is not reduced" % (reduction, edit.dtype(node.input(0))))
    by = _rows if node.op_type == "ScatterND" else _elements
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
    _not_too_large([before[axis], covered[axis]])
    perm = others + [axis]
    wide = edit.counted_from_start(_as_int64(edit, index), x, axis)
    wide = edit.unsqueeze(edit.transpose(wide, perm), [rank])
    places = edit.unsqueeze(edit.numbers(x, axis), list(range(rank)))
    updates = edit.unsqueeze(edit.transpose(node.inputs[2], perm), [rank])
    old = edit.unsqueeze(edit.transpose(x.name, perm), [rank - 1])
    order = edit.unsqueeze(edit.numbers(index, axis), [*range(rank - 1), rank])
    table = _Table(edit, edit.dtype(x), edit.add("Equal", [wide, places]), updates, old, order, rank - 1)
    back = [perm.index(a) for a in range(rank)]
    return edit.transpose(edit.squeeze(table.result(reduction), [rank - 1]), back)


def _rows(node, edit, reduction):
    """Rows of the data: hits [updates, places, 1] of updates [updates, 1, row]."""
    x, index = node.input(0), node.input(1)
    depth, shape = edit.sizes(index, [-1])[0], list(x.shape or ())
    row, count = _product(edit.sizes(x, range(depth, len(shape)))), _product((index.shape or ())[:-1])
    places = _product(shape[:depth])
    if depth > 1 and places is None:
        raise CannotRewrite("more than one size of %s is not fixed" % x.name)
    _not_too_large([places, count, row])
    columns = edit.reshape(_as_int64(edit, index), [-1, depth])
    coordinates = []
    for column in range(depth):
        part = edit.slice(columns, [column], [column + 1], [1])
        coordinates.append((edit.counted_from_start(part, x, column), x, column))
    numbers = edit.numbers(x, 0) if depth == 1 else edit.ints(range(places))
    hit = edit.add("Equal", [edit.element_number(coordinates), edit.unsqueeze(numbers, [0])])
    updates, old = edit.reshape(node.inputs[2], [-1, 1, row]), edit.reshape(x.name, [1, -1, row])
    if count is None:
        raise CannotRewrite("the number of updates is not fixed")
    order = edit.reshape(edit.ints(range(count)), [count, 1, 1])
    table = _Table(edit, edit.dtype(x), edit.unsqueeze(hit, [2]), updates, old, order, 0)
    lengths = [size if isinstance(size, int) else -1 for size in shape]
    return edit.reshape(table.result(reduction), lengths)


class _Table:
    """Hits (BOOL), updates, old values and the order of the updates, to be reduced over the updates' axis."""

    def __init__(self, edit, dtype, hit, updates, old, order, axis):
        self.edit, self.dtype, self.hit, self.updates = edit, dtype, hit, updates
        self.old, self.order, self.axis = old, order, axis

    def result(self, reduction):
        """New values; the axis of the updates is left as a 1."""
        if reduction == "none":
            return self.last()
        # The old value changes no maximum that it is part of, so that no infinity is needed.
        neutral = {"add": 0, "mul": 1}.get(reduction)
        other = self.old if neutral is None else self.edit.scalar(neutral, self.dtype)
        chosen = self.edit.add("Where", [self.hit, self.updates, other])
        best = self.edit.reduce(_REDUCE[reduction], chosen, [self.axis])
        return self.edit.add(_COMBINE[reduction], [self.old, best])

    def last(self):
        """The last update that hits a place, the old value where none does."""
        edit = self.edit
        order = edit.add("Where", [self.hit, edit.cast(self.order, "FLOAT"), edit.scalar(-1, "FLOAT")])
        last = edit.reduce("ReduceMax", order, [self.axis])
        # Every place has one winner at most: the others add nothing.
        winner = edit.add("And", [self.hit, edit.add("Equal", [order, last])])
        chosen = edit.add("Where", [winner, self.updates, edit.scalar(0, self.dtype)])
        chosen = edit.reduce("ReduceSum", chosen, [self.axis])
        return edit.add("Where", [edit.add("Less", [last, edit.scalar(0, "FLOAT")]), self.old, chosen])


def _as_int64(edit, index):
    return index.name if edit.dtype(index) == "INT64" else edit.cast(index.name, "INT64")


def _not_too_large(sizes):
    elements = _product(sizes)
    if elements is not None and elements > _LARGEST:
        raise CannotRewrite("a table of %d hits is too large" % elements)


def _product(sizes):
    """None when one of them is not fixed."""
    total = 1
    for size in sizes:
        if not isinstance(size, int):
            return None
        total *= size
    return total
