"""Requirements on the extents of a node's tensors, for single operators (see requirements)."""

from __future__ import annotations

from typing import Any, Mapping

from jetdoctor.facts.conditions import Answer, Seen


def last_chunk(seen: Seen, c: Mapping[str, Any]) -> Answer:
    """Whether equal chunks leave something for the last output of a Split."""
    node = seen.node
    shape, axis = node.input(0).shape, node.attr("axis", 0)
    if shape is None or not -len(shape) <= axis < len(shape) or not isinstance(shape[axis], int):
        return None
    count = max(len(node.outputs), 1)
    return -(shape[axis] // -count) * (count - 1) <= shape[axis]


def resize_scales(seen: Seen, c: Mapping[str, Any]) -> Answer:
    """Non-unit scales on at most the last n axes."""
    node = seen.node
    innermost = 3 if "last 3" in c["scales"] else 2
    before, after = node.input(0).shape, node.output(0).shape
    scales = seen.array(1 if node.opset < 11 else 2)
    if scales is not None and scales.size and not node.has_attr("axes"):
        return bool((scales.reshape(-1)[:-innermost] == 1).all()) if scales.size > innermost else True
    if before is None or after is None or len(before) != len(after):
        return None
    pairs = list(zip(before, after))[:-innermost]
    if any(isinstance(a, int) and isinstance(b, int) and a != b for a, b in pairs):
        return False
    return True if all(a == b and a is not None for a, b in pairs) else None


def starts_per_axis(seen: Seen, c: Mapping[str, Any]) -> Answer:
    """Slice without axes: as many starts as the data has axes."""
    starts, rank = seen.node.input(1).static_shape, seen.node.input(0).rank
    if seen.node.present(3) or len(seen.node.inputs) < 3:
        return True
    return None if not starts or rank is None else starts[0] == rank
