"""Where a ConvTranspose's padding comes out other than ONNX computes it.

TensorRT's parser works the padding of ``output_shape`` out by itself, the odd element at the other end, and reads
neither ``output_shape`` nor ``output_padding`` beside an ``auto_pad`` (onnx-tensorrt importConvTranspose and
generatePadding, every release).
"""

from __future__ import annotations

from typing import List, NamedTuple, Optional

from jetdoctor.facts.condition import IS, Answer, Condition, Words
from jetdoctor.facts.schema import FLAG
from jetdoctor.facts.seen import Seen
from jetdoctor.graph import Node


class Axis(NamedTuple):
    """One spatial axis: its size, its stride, the span of its kernel, what is added and the size asked for."""

    size: int
    stride: int
    span: int
    added: int
    asked: Optional[int]

    @property
    def full(self) -> int:
        """Size without any padding."""
        return self.stride * (self.size - 1) + self.span

    @property
    def total(self) -> int:
        """Padding that makes the output as large as was asked for, negative where it must grow."""
        return self.full + self.added - (self.full if self.asked is None else self.asked)


def spatial(node: Node) -> Optional[List[Axis]]:
    """The spatial axes of a ConvTranspose, None when their sizes are not known."""
    shape, kernel = node.input(0).shape, node.input(1).shape
    if shape is None or kernel is None or len(shape) != len(kernel) or len(shape) < 3:
        return None
    count, sizes = len(shape) - 2, shape[2:]
    spans = node.attr("kernel_shape") or kernel[2:]
    strides, dilations = (node.attr(name) or (1,) * count for name in ("strides", "dilations"))
    added = node.attr("output_padding") or (0,) * count
    asked = list(node.attr("output_shape") or (None,) * count)[-count:]
    if {len(spans), len(strides), len(dilations), len(added), len(asked)} != {count}:
        return None
    if not all(isinstance(size, int) for size in (*sizes, *spans)):
        return None
    rows = zip(sizes, strides, spans, dilations, added, asked)
    return [Axis(n, s, d * (k - 1) + 1, more, want) for n, s, k, d, more, want in rows]  # type: ignore[operator,arg-type]


class _OutputShape(Condition):
    """A ConvTranspose with an output_shape and no auto_pad."""

    def holds(self, seen: Seen) -> Answer:
        node = seen.node
        axes = spatial(node) if node.has_attr("output_shape") else []
        if node.attr("auto_pad", "NOTSET") != "NOTSET":
            return False
        return None if axes is None else any(self.on(axis) for axis in axes)

    def on(self, axis: Axis) -> bool:
        raise NotImplementedError


class OutputShapeOddPadding(_OutputShape):
    """A given output_shape leaves an odd padding to split (``auto_pad`` not set)."""

    takes = {"output_shape_odd_padding": FLAG}

    def on(self, axis: Axis) -> bool:
        return axis.total > 0 and axis.total % 2 == 1

    def words(self) -> Words:
        return "output_shape", IS, "with an odd padding that is split"


class NegativePrePadding(_OutputShape):
    """A given output_shape is so large that the output would grow at its beginning, too."""

    takes = {"negative_pre_padding": FLAG}

    def on(self, axis: Axis) -> bool:
        return axis.total < -1

    def words(self) -> Words:
        return "output_shape", IS, "large enough that the output grows at its start"


class SizesBesideAutoPad(Condition):
    """output_shape or output_padding beside an ``auto_pad`` asks for another output than the latter gives."""

    takes = {"sizes_beside_auto_pad": FLAG}

    def holds(self, seen: Seen) -> Answer:
        node = seen.node
        mode = node.attr("auto_pad", "NOTSET")
        if mode == "NOTSET" or not (node.has_attr("output_shape") or any(node.attr("output_padding") or ())):
            return False
        axes = spatial(node)
        return None if axes is None else any(_differs(axis, mode) for axis in axes)

    def words(self) -> Words:
        return "output_shape or output_padding", IS, "other than what auto_pad computes"


def _differs(axis: Axis, mode: str) -> bool:
    if mode == "VALID":
        return axis.asked != axis.full if axis.asked is not None else axis.added > 0
    without = axis._replace(added=0, asked=axis.size * axis.stride)
    if axis.asked not in (None, without.asked):
        return True
    meant = axis._replace(asked=without.asked)
    if without.total < 0:
        return False  # the kernel is narrower than the stride: not measured
    return _begin(meant.total, mode) != _begin(without.total, mode)


def _begin(total: int, mode: str) -> int:
    """What ONNX cuts off at the beginning of an axis."""
    total = max(total, 0)
    return total // 2 if mode == "SAME_UPPER" else total - total // 2
