"""Along which axes a node works, and whether that matters."""

from typing import Optional, Tuple

from jetdoctor.constants.partly_known import known_integers
from jetdoctor.facts.condition import ARE, IS, Answer, Condition, Words
from jetdoctor.facts.schema import FLAG
from jetdoctor.facts.seen import Seen


def reduced_axes(seen: Seen) -> Optional[Tuple[int, ...]]:
    """Axes of a reduction, from attribute or constant input; () when none are given, None if unknown."""
    node = seen.node
    axes = node.attr("axes")
    if axes is None:
        if not node.present(1):
            return ()
        found = known_integers(node.input(1))
        if found is None:
            return None
        axes = found
    rank = node.input(0).rank
    return tuple(a + rank if a < 0 and rank else a for a in axes)


class AxesPartial(Condition):
    """The reduced axes leave out an axis that matters: one that is not known to be of size 1 and kept."""

    takes = {"axes_partial": FLAG}

    def holds(self, seen: Seen) -> Answer:
        axes = reduced_axes(seen)
        if axes == ():
            return False
        shape = seen.node.input(0).shape
        if seen.node.present(1):
            lengths = seen.node.input(1).static_shape  # axes computed at run time still have a length
            count = lengths[0] if lengths else None
            if count == 0 or (count is not None and shape is not None and count == len(shape)):
                return False
        if axes is None or shape is None:
            return True
        left_out = [dim for axis, dim in enumerate(shape) if axis not in axes]
        if seen.node.attr("keepdims", 1):
            left_out = [dim for dim in left_out if dim != 1]
        return bool(left_out)

    def words(self) -> Words:
        return "the reduced axes", ARE, "not all axes"


class SoftmaxFlattened(Condition):
    """Flattening at the axis (default 1) is something else than one axis (default the last)."""

    takes = {"softmax_flattened": FLAG}

    def holds(self, seen: Seen) -> Answer:
        shape, axis = seen.node.input(0).shape, seen.node.attr("axis")
        if shape is None:
            return axis != -1
        meant = (-1 if axis is None else axis) % len(shape) if shape else 0
        start = (1 if axis is None else axis) % len(shape) if shape else 0
        return meant < start or any(dim != 1 for i, dim in enumerate(shape) if i >= start and i != meant)

    def words(self) -> Words:
        return "the axis", IS, "not the last one, or unknown"
