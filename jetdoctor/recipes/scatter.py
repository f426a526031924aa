"""Scatters that combine (onnx 11 to 18): wherever the indices point, and before scattering where they never meet.

Which update hits which place is a table, over which is reduced. Without a reduction the last update that hits a place
is taken.
"""

from __future__ import annotations

from typing import Any, Optional, Sequence

from jetdoctor.graph import Node
from jetdoctor.recipes.build import Build
from jetdoctor.recipes.gather import as_int64
from jetdoctor.rule import CannotRewrite

_COMBINE = {"add": "Add", "mul": "Mul", "max": "Max", "min": "Min"}
_REDUCE = {"add": "ReduceSum", "mul": "ReduceProd", "max": "ReduceMax", "min": "ReduceMin"}
_TYPES = ("FLOAT", "FLOAT16", "DOUBLE", "INT32", "INT64")
#: updates by places, for every lane
_LARGEST = 1 << 24


def scatter(node: Node, build: Build) -> str:
    """In whatever way the indices and sizes allow."""
    return before_scattering(node, build) if meets_nowhere(node, build) else by_hits(node, build, _LARGEST)


def before_scattering(node: Node, build: Build) -> str:
    """The old values, gathered and combined with the updates, are scattered. The indices must never meet."""
    data, indices, updates = node.inputs
    elements = node.op_type == "ScatterElements"
    axis = node.attr("axis", 0) if elements else None
    old = build.add("GatherElements" if elements else "GatherND", [data, indices], axis=axis)
    new = build.add(_COMBINE[node.attr("reduction")], [old, updates])
    return str(build.again(node, [data, indices, new], reduction=None))


def meets_nowhere(node: Node, build: Build) -> bool:
    """Whether the indices are known, and no element is written twice."""
    import numpy as np

    indices, sizes = build.array(node.input(1)), node.input(0).static_shape
    if indices is None or sizes is None or not indices.size:
        return False
    if node.op_type == "ScatterND":
        rows = indices.reshape(-1, indices.shape[-1]) % np.array(sizes[: indices.shape[-1]])
        return len(np.unique(rows, axis=0)) == len(rows)
    axis = node.attr("axis", 0) % len(sizes)
    places = np.sort(np.moveaxis(indices % sizes[axis], axis, -1), axis=-1)
    return not bool((places[..., 1:] == places[..., :-1]).any())


def sum_by_matrix(node: Node, build: Build) -> str:
    """An addition: data + updates, each sent to its place by a row of zeros and a one (finite floats only)."""
    import numpy as np

    x, rank = node.input(0), build.rank(node.input(0))
    axis, dtype = node.attr("axis", 0) % rank, build.dtype(x)
    index = node.input(1)
    if dtype not in ("FLOAT", "FLOAT16") or build.rank(index) != rank:
        raise CannotRewrite("only float sums are decomposed into a product")
    others = [a for a in range(rank) if a != axis]
    if build.sizes(x, others) != build.sizes(index, others):
        raise CannotRewrite("the indices do not cover the other axes")
    size = build.sizes(x, [axis])[0]
    classes = np.arange(size, dtype=np.int64).reshape([1] * rank + [size])
    perm = others + [axis]
    wide = build.unsqueeze(build.transpose(index.name, perm), [rank])
    if build.dtype(index) != "INT64":
        wide = build.cast(wide, "INT64")
    hits = [build.add("Equal", [wide, build.constant(classes - turn)]) for turn in (0, size)]
    hit = build.add("Or", hits)
    values = build.unsqueeze(build.transpose(node.inputs[2], perm), [rank - 1])
    total = build.add("MatMul", [values, build.cast(hit, dtype)])
    total = build.squeeze(total, [rank - 1])
    back = [perm.index(a) for a in range(rank)]
    return str(build.add("Add", [x.name, build.transpose(total, back)]))


def by_hits(node: Node, build: Build, largest: int = _LARGEST) -> str:
    """For ScatterElements whose indices cover the other axes, and for ScatterND; sizes may be open.

    ``largest``: elements that the table of hits may have.
    """
    build.needs(11)  # Range
    reduction, dtype = node.attr("reduction", "none"), build.dtype(node.input(0))
    if reduction not in ("none", *_COMBINE) or dtype not in _TYPES:
        raise CannotRewrite("%s of %s is not reduced" % (reduction, dtype))
    return (_rows if node.op_type == "ScatterND" else _elements)(node, build, reduction, largest)


def _elements(node: Node, build: Build, reduction: str, largest: int) -> str:
    """Along the last axis: hits [.., updates, places] of updates [.., updates, 1]."""
    x, index = node.input(0), node.input(1)
    rank = build.rank(x)
    axis = node.attr("axis", 0) % rank
    others = [a for a in range(rank) if a != axis]
    before, covered = x.shape or (), index.shape or ()
    if len(covered) != rank or any(before[a] != covered[a] or before[a] is None for a in others):
        raise CannotRewrite("the indices do not cover the other axes")
    _not_too_large([before[axis], covered[axis]], largest)
    perm = others + [axis]
    wide = build.counted_from_start(as_int64(build, index), x, axis)
    wide = build.unsqueeze(build.transpose(wide, perm), [rank])
    places = build.unsqueeze(build.numbers(x, axis), list(range(rank)))
    updates = build.unsqueeze(build.transpose(node.inputs[2], perm), [rank])
    old = build.unsqueeze(build.transpose(x.name, perm), [rank - 1])
    order = build.unsqueeze(build.numbers(index, axis), [*range(rank - 1), rank])
    table = _Table(build, build.dtype(x), build.add("Equal", [wide, places]), updates, old, order, rank - 1)
    back = [perm.index(a) for a in range(rank)]
    return build.transpose(build.squeeze(table.result(reduction), [rank - 1]), back)


def _rows(node: Node, build: Build, reduction: str, largest: int) -> str:
    """Rows of the data: hits [updates, places, 1] of updates [updates, 1, row]."""
    x, index = node.input(0), node.input(1)
    depth, shape = build.sizes(index, [-1])[0], list(x.shape or ())
    row, count = _product(build.sizes(x, range(depth, len(shape)))) or 0, _product((index.shape or ())[:-1])
    places = _product(shape[:depth])
    if depth > 1 and places is None:
        raise CannotRewrite("more than one size of %s is not fixed" % x.name)
    _not_too_large([places, count, row], largest)
    columns = build.reshape(as_int64(build, index), [-1, depth])
    coordinates = []
    for column in range(depth):
        part = build.slice(columns, [column], [column + 1], [1])
        coordinates.append((build.counted_from_start(part, x, column), x, column))
    numbers = build.numbers(x, 0) if depth == 1 else build.ints(range(places or 0))
    hit = build.add("Equal", [build.element_number(coordinates), build.unsqueeze(numbers, [0])])
    updates, old = build.reshape(node.inputs[2], [-1, 1, row]), build.reshape(x.name, [1, -1, row])
    if count is None:
        raise CannotRewrite("the number of updates is not fixed")
    order = build.reshape(build.ints(range(count)), [count, 1, 1])
    table = _Table(build, build.dtype(x), build.unsqueeze(hit, [2]), updates, old, order, 0)
    lengths = [size if isinstance(size, int) else -1 for size in shape]
    return build.reshape(table.result(reduction), lengths)


class _Table:
    """Hits (BOOL), updates, old values and the order of the updates, to be reduced over the updates' axis."""

    def __init__(
        self, build: Build, dtype: str, hit: str, updates: str, old: str, order: str, axis: int
    ) -> None:
        self.build, self.dtype, self.hit, self.updates = build, dtype, hit, updates
        self.old, self.order, self.axis = old, order, axis

    def result(self, reduction: str) -> str:
        """New values; the axis of the updates is left as a 1."""
        if reduction == "none":
            return self.last()
        # The old value changes no maximum that it is part of, so that no infinity is needed.
        neutral = {"add": 0, "mul": 1}.get(reduction)
        other = self.old if neutral is None else self.build.scalar(neutral, self.dtype)
        chosen = self.build.add("Where", [self.hit, self.updates, other])
        best = self.build.reduce(_REDUCE[reduction], chosen, [self.axis])
        return self.build.add(_COMBINE[reduction], [self.old, best])

    def last(self) -> str:
        """The last update that hits a place, the old value where none does."""
        build = self.build
        order = build.add("Where", [self.hit, build.cast(self.order, "FLOAT"), build.scalar(-1, "FLOAT")])
        last = build.reduce("ReduceMax", order, [self.axis])
        # Every place has one winner at most: the others add nothing.
        winner = build.add("And", [self.hit, build.add("Equal", [order, last])])
        chosen = build.add("Where", [winner, self.updates, build.scalar(0, self.dtype)])
        chosen = build.reduce("ReduceSum", chosen, [self.axis])
        return build.add("Where", [build.add("Less", [last, build.scalar(0, "FLOAT")]), self.old, chosen])


def _not_too_large(sizes: Sequence[Any], largest: int) -> None:
    elements = _product(sizes)
    if elements is not None and elements > largest:
        raise CannotRewrite("a table of %d hits is too large" % elements)


def _product(sizes: Sequence[Any]) -> Optional[int]:
    """None when one of them is not fixed."""
    total = 1
    for size in sizes:
        if not isinstance(size, int):
            return None
        total *= size
    return total
