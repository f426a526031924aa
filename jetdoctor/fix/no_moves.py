"""Transpose, Reshape, Slice and the like that move nothing: their output is their input, element by element."""

from __future__ import annotations

from typing import Any, Optional, Tuple

from jetdoctor.constants.shape_values import known_integers
from jetdoctor.graph import DEFAULT_DOMAINS, Node

#: the least end of a Slice that means "to the last" whatever the size
_END = (1 << 31) - 1


def moves_nothing(node: Node) -> bool:
    """Whether the node gives its first input as it is, in the same shape."""
    decide = _DECIDE.get(node.op_type) if node.domain in DEFAULT_DOMAINS else None
    return decide is not None and decide(node)


def _transpose(node: Node) -> bool:
    order = node.attr("perm")
    return order is not None and list(order) == list(range(len(order)))


def _same_shape(node: Node) -> bool:
    """All sizes alike but at most one, which the number of elements then decides."""
    old, new = node.input(0).shape, node.output(0).shape
    if old is None or new is None or len(old) != len(new):
        return False
    unlike = [(a, b) for a, b in zip(old, new) if not isinstance(a, int) or a != b or a == 0]
    return len(unlike) <= 1 and not any(isinstance(a, int) and isinstance(b, int) and a != b for a, b in unlike)


def _expand(node: Node) -> bool:
    old = node.input(0).static_shape
    return old is not None and old == node.output(0).static_shape


def _slice(node: Node) -> bool:
    """From the first element of every axis to its last, one by one."""
    shape = node.input(0).shape
    starts, ends, axes, steps = (_integers(node, *one) for one in ((1, "starts"), (2, "ends"), (3, "axes"), (4, "")))
    unknown = (axes is None and node.present(3)) or (steps is None and node.present(4))
    if unknown or shape is None or not starts or not ends or any(step != 1 for step in steps or ()):
        return False
    sizes = [shape[axis] for axis in axes or range(len(starts))]
    return all(_whole(size, start, end) for size, start, end in zip(sizes, starts, ends))


def _whole(size: Any, start: int, end: int) -> bool:
    if not isinstance(size, int):
        return start == 0 and end >= _END
    return (start == 0 or start <= -size) and end >= size


def _integers(node: Node, index: int, attribute: str) -> Optional[Tuple[int, ...]]:
    """An attribute until opset 9, a constant input after; None when it is not there or not known."""
    given = node.attr(attribute) if attribute else None
    if given is not None:
        return tuple(given)
    return known_integers(node.input(index)) if node.present(index) else None


_DECIDE = {"Transpose": _transpose, "Reshape": _same_shape, "Flatten": _same_shape, "Expand": _expand, "Slice": _slice}
