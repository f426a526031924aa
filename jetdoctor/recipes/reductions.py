"""Reductions by way of ReduceSum, whose axes are an input since opset 13 (onnx Reduce*-18).

Mean = sum / count, L1 = sum of Abs, L2 = root of the sum of squares, and so on. ReduceMax, ReduceMin and ReduceProd
have no such form.
"""

from __future__ import annotations

import math
from typing import List, Optional

from jetdoctor.graph import Node
from jetdoctor.recipes.build import Build
from jetdoctor.rule import CannotRewrite

#: what is done to each element before the sum; a product is by itself
_EACH = {"ReduceL1": "Abs", "ReduceL2": "Mul", "ReduceSumSquare": "Mul", "ReduceMean": "", "ReduceLogSum": ""}
#: what is done to the sum
_AFTER = {"ReduceL2": "Sqrt", "ReduceLogSum": "Log"}


def by_reduce_sum(node: Node, build: Build) -> str:
    """The reduction; its axes may be those of the run time, but for ReduceLogSumExp."""
    build.needs(13)
    op_type, axes = node.op_type, known_axes(node, build)
    if op_type == "ReduceLogSumExp" and axes is not None:
        return _log_sum_exp(node, build, axes)
    if op_type not in _EACH:
        raise CannotRewrite("%s cannot be expressed with ReduceSum" % op_type)
    name, each = node.inputs[0], _EACH[op_type]
    if each:
        name = build.add(each, [name, name] if each == "Mul" else [name])
    found = _summed(node, build, name, axes)
    if op_type == "ReduceMean":
        return str(build.add("Div", [found, _count(node, build, found, axes)]))
    return str(build.add(_AFTER[op_type], [found]) if op_type in _AFTER else found)


def known_axes(node: Node, build: Build) -> Optional[List[int]]:
    """The axes counted from the front, all of them for none; None when they are those of the run time."""
    axes = node.attr("axes")
    if axes is None and node.present(1):
        axes = build.array(node.input(1))
        if axes is None:
            return None
    rank = build.rank(node.input(0))
    if axes is None or not len(axes):
        if node.attr("noop_with_empty_axes", 0):
            raise CannotRewrite("the reduction does nothing")
        return list(range(rank))
    return sorted(int(axis) % rank for axis in axes)


def _summed(node: Node, build: Build, name: str, axes: Optional[List[int]]) -> str:
    keepdims = node.attr("keepdims", 1)
    if axes is not None:
        return build.reduce("ReduceSum", name, axes, keepdims)
    noop = node.attr("noop_with_empty_axes", 0) or None
    return str(build.add("ReduceSum", [name, node.inputs[1]], keepdims=keepdims, noop_with_empty_axes=noop))


def _count(node: Node, build: Build, found: str, axes: Optional[List[int]]) -> str:
    """How many elements each mean is of, in the type of the data."""
    x, dtype = node.input(0), build.dtype(node.input(0))
    sizes = [(x.shape or ())[axis] for axis in axes or ()]
    if axes is None or not all(isinstance(size, int) for size in sizes):
        many = build.add("Div", [build.add("Size", [x.name]), build.add("Size", [found])])
        return build.cast(many, dtype)
    count = math.prod(size for size in sizes if isinstance(size, int))
    if not count:
        raise CannotRewrite("the mean of nothing")
    return build.scalar(count, dtype)


def _log_sum_exp(node: Node, build: Build, axes: List[int]) -> str:
    """The largest element is taken out of the exponent one axis at a time, with TopK: no overflow."""
    x, peak = node.inputs[0], node.inputs[0]
    for axis in axes:
        peak = build.add("TopK", [peak, build.ints([1])], 2, axis=axis, largest=1, sorted=1)[0]
    shifted = build.add("Exp", [build.add("Sub", [x, peak])])
    total = build.add("Log", [build.reduce("ReduceSum", shifted, axes)])
    found = build.add("Add", [total, peak])
    return str(found if node.attr("keepdims", 1) else build.squeeze(found, axes))
