"""Operators of shape arithmetic that move, repeat or join elements and compute none, by the rules of ``arithmetic``."""

from __future__ import annotations

import math
from typing import Any, List, Optional, Sequence

from jetdoctor.constants import small
from jetdoctor.constants.small import Small
from jetdoctor.graph import Node

#: What a node is given: None for an input that is left out.
Inputs = List[Optional[Small]]


def axes_of(node: Node, inputs: Sequence[Any]) -> Optional[List[int]]:
    """Axes of the node, from its attribute or from the array of its second input; None when none are given."""
    given = node.attr("axes")
    if given is None and len(inputs) > 1 and inputs[1] is not None:
        given = small.whole(inputs[1])
    return None if given is None else [int(axis) for axis in given]


def axis_in(axis: int, rank: int) -> int:
    """The axis counted from the first. Raises IndexError when there is none."""
    if not -rank <= axis < rank:
        raise IndexError("an axis that there is not")
    return axis % rank


def present(given: Optional[Small]) -> Small:
    """An input that must be there. Raises TypeError."""
    if given is None:
        raise TypeError("an input that is left out")
    return given


def of_one_type(given: Sequence[Small]) -> None:
    """Raises TypeError unless all have one data type."""
    if any(one.dtype != given[0].dtype for one in given):
        raise TypeError("data types that do not fit each other")


def unsqueeze(node: Node, data: Small, inputs: Inputs) -> Optional[Small]:
    """Axes of size 1 more."""
    axes = axes_of(node, inputs) or []
    rank = len(data.shape) + len(axes)
    new, sizes = {axis_in(axis, rank) for axis in axes}, iter(data.shape)
    if len(new) < len(axes):
        raise ValueError("an axis twice")
    return data._replace(shape=tuple(1 if axis in new else next(sizes) for axis in range(rank)))


def squeeze(node: Node, data: Small, inputs: Inputs) -> Optional[Small]:
    """Axes of size 1 less: those that are given, or all."""
    axes, rank = axes_of(node, inputs), len(data.shape)
    gone = [axis for axis in range(rank) if data.shape[axis] == 1] if axes is None else [axis_in(a, rank) for a in axes]
    if any(data.shape[axis] != 1 for axis in gone):
        raise ValueError("an axis of another size")
    return data._replace(shape=tuple(size for axis, size in enumerate(data.shape) if axis not in gone))


def concat(node: Node, data: Small, inputs: Inputs) -> Optional[Small]:
    """All inputs one after the other."""
    given = [present(one) for one in inputs]
    axis = axis_in(node.attr("axis", 0), len(data.shape))
    if any(one.shape[:axis] + one.shape[axis + 1 :] != data.shape[:axis] + data.shape[axis + 1 :] for one in given):
        raise ValueError("shapes that do not fit each other")
    of_one_type(given)
    sizes = list(data.shape)
    sizes[axis] = sum(one.shape[axis] for one in given)
    if not small.fits(sizes):
        return None
    blocks = [(one.flat, math.prod(one.shape[axis:])) for one in given if one.flat]
    rows = range(math.prod(data.shape[:axis]))
    flat = [element for row in rows for one, width in blocks for element in one[row * width : (row + 1) * width]]
    return Small(data.dtype, tuple(sizes), flat)


def gather(node: Node, data: Small, inputs: Inputs) -> Optional[Small]:
    """Those along an axis that the indices name."""
    indices, axis = present(inputs[1]), axis_in(node.attr("axis", 0), len(data.shape))
    size, shape = data.shape[axis], data.shape[:axis] + indices.shape + data.shape[axis + 1 :]
    if not small.fits(shape):
        return None
    own = small.offsets(data.shape)
    own[axis] = [own[axis][axis_in(index, size)] for index in small.whole(indices)]
    return data.moved(shape, small.positions(own))


def expand(node: Node, data: Small, inputs: Inputs) -> Optional[Small]:
    """Repeated to a shape."""
    shape = small.broadcast([data.shape, small.whole(inputs[1])])
    return None if shape is None else Small(data.dtype, shape, data.over(shape))


def reshape(node: Node, data: Small, inputs: Inputs) -> Optional[Small]:
    """In another shape."""
    sizes = small.whole(inputs[1])
    if not node.attr("allowzero", 0):
        sizes = [data.shape[axis] if size == 0 else size for axis, size in enumerate(sizes)]
    rest = math.prod(size for size in sizes if size != -1)
    sizes = [len(data.flat) // rest if size == -1 else size for size in sizes]
    if any(size < 0 for size in sizes) or math.prod(sizes) != len(data.flat):
        raise ValueError("another number of elements")
    return data._replace(shape=tuple(sizes)) if small.fits(sizes) else None


def slice_(node: Node, data: Small, inputs: Inputs) -> Optional[Small]:
    """Every so many between a start and an end, along some axes."""
    if len(inputs) > 1:
        given = [() if one is None else small.whole(one) for one in inputs[1:]]
    else:
        given = [node.attr(name, ()) for name in ("starts", "ends", "axes")]
    starts, ends, axes, steps = (given + [(), (), ()])[:4]
    own, shape = small.offsets(data.shape), list(data.shape)
    for given_axis, start, end, step in zip(axes or range(len(starts)), starts, ends, steps or [1] * len(starts)):
        axis = axis_in(given_axis, len(shape))
        past = step < 0 and end + data.shape[axis] < 0  # an end before the first element takes it too
        own[axis] = own[axis][slice(start, None if past else end, step)]
        shape[axis] = len(own[axis])
    return data.moved(shape, small.positions(own))


def transpose(node: Node, data: Small, inputs: Inputs) -> Optional[Small]:
    """With its axes in another order."""
    rank = len(data.shape)
    order = node.attr("perm") or tuple(reversed(range(rank)))
    if sorted(order) != list(range(rank)):
        raise ValueError("no order of the axes")
    own = small.offsets(data.shape)
    return data.moved([data.shape[axis] for axis in order], small.positions([own[axis] for axis in order]))
