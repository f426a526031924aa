"""Transpose, Slice, Pad, a product with ones and the like that change nothing: their output is an input, as it is."""

from __future__ import annotations

from typing import Any, Optional, Tuple

from jetdoctor.constants.partly_known import known_integers
from jetdoctor.graph import DEFAULT_DOMAINS, Node

#: the least end of a Slice that means "to the last" whatever the size
_END = (1 << 31) - 1


def unmoved(node: Node) -> Optional[str]:
    """The input that the node gives as it is, in the same shape; None where there is none."""
    if node.domain not in DEFAULT_DOMAINS:
        return None
    if node.op_type in _NEUTRAL:
        return _beside_neutral(node)
    decide = _DECIDE.get(node.op_type)
    return node.inputs[0] if decide is not None and decide(node) else None


def _beside_neutral(node: Node) -> Optional[str]:
    """What is multiplied by ones or added to zeros, where that does not broadcast it."""
    neutral, places = _NEUTRAL[node.op_type]
    for place in places:
        given, other = node.input(place), node.input(1 - place)
        sizes = other.shape
        if sizes is None or sizes != node.output(0).shape or None in sizes:
            continue
        array = given.array() if other.dtype == given.dtype and not given.is_graph_input else None
        if array is not None and (array == neutral).all():
            return other.name
    return None


def _pad(node: Node) -> bool:
    """Nothing on any side."""
    pads = _integers(node, 1, "pads")
    return bool(pads) and not any(pads or ())


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


#: operator -> the constant that changes nothing, and the inputs that it may be; a sum makes 0 of -0, which equals it
_NEUTRAL = {"Mul": (1, (0, 1)), "Div": (1, (1,)), "Add": (0, (0, 1)), "Sub": (0, (1,))}

_DECIDE = {
    "Transpose": _transpose, "Reshape": _same_shape, "Flatten": _same_shape, "Expand": _expand, "Slice": _slice,
    "Pad": _pad,
}  # fmt: skip
