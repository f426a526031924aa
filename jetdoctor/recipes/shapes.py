"""Shapes, parts and triangles of numbers: what newer opsets say by an attribute."""

from __future__ import annotations

from typing import List

from jetdoctor.graph import Node
from jetdoctor.recipes.build import Build
from jetdoctor.rule import CannotRewrite

_TO_THE_END = (1 << 31) - 1


def part_of_shape(node: Node, build: Build) -> str:
    """Shape-15 with ``start`` and ``end``: the whole shape, cut with Slice."""
    start, stop = node.attr("start", 0), node.attr("end", _TO_THE_END)
    rank = node.input(0).rank
    if rank is not None:
        sizes = range(rank)[start:stop]
        start, stop = (sizes[0], sizes[-1] + 1) if len(sizes) else (0, 0)
    return build.slice(build.add("Shape", [node.inputs[0]]), [start], [stop], [0])


def chunks(size: int, parts: int) -> List[int]:
    """ceil(size / parts) each, the last what is left: below zero where the size does not fill them."""
    chunk = -(-size // parts)
    return [chunk] * (parts - 1) + [size - chunk * (parts - 1)]


def split_sizes(node: Node, build: Build) -> str:
    """The sizes that Split-18 means by ``num_outputs``: ceil(size / n) each, the last what is left."""
    parts, x, axis = len(node.outputs), node.input(0), node.attr("axis", 0)
    size = None if x.shape is None else x.shape[axis]
    if isinstance(size, int):
        return build.ints(chunks(size, parts))
    length = build.add("Gather", [build.add("Shape", [x.name]), build.ints([axis])], axis=0)
    part = build.add("Div", [build.add("Add", [length, build.ints([parts - 1])]), build.ints([parts])])
    last = build.add("Sub", [length, build.add("Mul", [part, build.ints([parts - 1])])])
    return str(build.add("Concat", [part] * (parts - 1) + [last], axis=0))


def without_axes(node: Node, build: Build) -> str:
    """A reduction over no axes (``noop_with_empty_axes``): what it does to one element remains (onnx Reduce*-18)."""
    if node.present(1):
        axes = build.array(node.input(1))
        if axes is None or axes.size:
            raise CannotRewrite("the reduction has axes")
    if not node.attr("noop_with_empty_axes", 0):
        raise CannotRewrite("the reduction reduces")
    x, single = node.inputs[0], {"ReduceL1": "Abs", "ReduceL2": "Abs", "ReduceLogSum": "Log"}.get(node.op_type)
    if node.op_type == "ReduceSumSquare":
        return str(build.add("Mul", [x, x]))
    return str(build.add(single, [x]) if single else x)
