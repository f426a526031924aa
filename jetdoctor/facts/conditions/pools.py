"""Windows of a pool that rounds its output size up."""

from typing import Optional, Sequence, Tuple

from jetdoctor.facts.condition import IS, Answer, Condition, Words
from jetdoctor.facts.schema import FLAG
from jetdoctor.facts.seen import Seen
from jetdoctor.graph import Node


def _windows(node: Node, count: int) -> Optional[Tuple[Sequence[int], Sequence[int], Sequence[int]]]:
    """Pads, strides and dilations of a pool, with their defaults; None for too many or too few, or strides of zero."""
    pads, strides, dilations = (node.attr(name) or () for name in ("pads", "strides", "dilations"))
    pads, strides, dilations = pads or (0,) * (2 * count), strides or (1,) * count, dilations or (1,) * count
    fit = len(pads) == 2 * count and len(strides) == len(dilations) == count and 0 not in strides
    return (pads, strides, dilations) if fit else None


class CeilWindowInPadding(Condition):
    """With ceil_mode the last window would begin at or behind the end of input and begin padding."""

    takes = {"ceil_window_in_padding": FLAG}

    def holds(self, seen: Seen) -> Answer:
        node = seen.node
        shape, kernel = node.input(0).shape, node.attr("kernel_shape")
        if shape is None or kernel is None or len(shape) != len(kernel) + 2:
            return None
        count = len(kernel)
        if node.attr("auto_pad", "NOTSET") not in ("NOTSET", "VALID"):
            return False
        windows, unknown = _windows(node, count), False
        if windows is None:
            return None
        pads, strides, dilations = windows
        for i in range(count):
            size = shape[i + 2]
            if not isinstance(size, int):
                unknown = True
                continue
            span = dilations[i] * (kernel[i] - 1) + 1
            outputs = -((pads[i] + size + pads[i + count] - span) // -strides[i]) + 1
            if (outputs - 1) * strides[i] >= size + pads[i]:
                return True
        return None if unknown else False

    def words(self) -> Words:
        return "the last window", IS, "entirely in the padding"


class CeilChangesSize(Condition):
    """Rounding the output size of a pool up instead of down makes a difference for some axis."""

    takes = {"ceil_changes_size": FLAG}

    def holds(self, seen: Seen) -> Answer:
        node = seen.node
        shape, kernel = node.input(0).shape, node.attr("kernel_shape")
        if shape is None or kernel is None or len(shape) != len(kernel) + 2:
            return True
        count = len(kernel)
        windows = _windows(node, count)
        if windows is None:
            return True
        pads, strides, dilations = windows
        spans = [dilations[i] * (kernel[i] - 1) + 1 for i in range(count)]
        for i, size in enumerate(shape[2:]):
            if not isinstance(size, int) or (size + pads[i] + pads[i + count] - spans[i]) % strides[i]:
                return True
        return False

    def words(self) -> Words:
        return "the output size", IS, "a different size when rounded up"
