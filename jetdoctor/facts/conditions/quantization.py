"""QuantizeLinear and DequantizeLinear."""

from typing import Optional

from jetdoctor.facts.condition import HAS, IS, Answer, Condition, Words, listed
from jetdoctor.facts.schema import COUNT, FLAG, array
from jetdoctor.facts.seen import Seen
from jetdoctor.facts.vocabulary import DTYPE
from jetdoctor.graph import DTYPE_NAMES, Node


def quantized_dtype(node: Node) -> Optional[str]:
    """Element type on the quantized side of QuantizeLinear or DequantizeLinear."""
    if node.op_type == "DequantizeLinear":
        return node.input(0).dtype
    if node.present(2):
        return node.input(2).dtype
    number = node.attr("output_dtype", 0)
    return DTYPE_NAMES.get(number) if number else "UINT8"


class QuantizedDtype(Condition):
    """The quantized side has one of these element types."""

    takes = {"quant_dtype": array(DTYPE)}

    def holds(self, seen: Seen) -> Answer:
        return quantized_dtype(seen.node) in self.value

    def words(self) -> Words:
        return "the quantized type", IS, listed(self.value)


class ScalesGreater(Condition):
    """There are more scales than this."""

    takes = {"scale_count_gt": COUNT}

    def holds(self, seen: Seen) -> Answer:
        return (seen.elements(1) or 0) > self.value

    def words(self) -> Words:
        return "the scale", HAS, "more than %d element%s" % (self.value, "" if self.value == 1 else "s")


class ScaleFitsAxis(Condition):
    """There is one scale, or one for each place on the axis; blocked scales are not looked at.

    ``axis_default``: the axis where none is written, 0 unless this says otherwise.
    """

    takes = {"scale_fits_axis": FLAG}
    may_take = {"axis_default": COUNT}

    def holds(self, seen: Seen) -> Answer:
        node = seen.node
        scale, data = node.input(1).static_shape, node.input(0).shape
        if scale is None or len(scale) > 1 or node.attr("block_size", 0):
            return None
        count = scale[0] if scale else 1
        if count == 1 or data is None:
            return True
        axis = node.attr("axis", self.spec.get("axis_default", 0))
        if not -len(data) <= axis < len(data) or not isinstance(data[axis], int):
            return None
        return bool(count == data[axis])

    def words(self) -> Words:
        return "the scale", HAS, "one element, or one for each index of the axis"


class LastSizeEven(Condition):
    """The last size of the first input is even."""

    takes = {"last_dim_even": FLAG}

    def holds(self, seen: Seen) -> Answer:
        shape = seen.node.input(0).shape
        last = shape[-1] if shape else None
        return last % 2 == 0 if isinstance(last, int) else None

    def words(self) -> Words:
        return "the last size of %s" % self.label(0), IS, "even"


class ElementsEven(Condition):
    """The first input has an even number of elements."""

    takes = {"numel_even": FLAG}

    def holds(self, seen: Seen) -> Answer:
        count = seen.elements(0)
        return None if count is None else count % 2 == 0

    def words(self) -> Words:
        return self.label(0), HAS, "an even number of elements"
