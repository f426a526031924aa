"""Whether a value can be below zero, as far as the node that computes it says so."""

from __future__ import annotations

from typing import Any

from jetdoctor.facts.condition import IS, Answer, Condition, Words
from jetdoctor.facts.schema import INDEX
from jetdoctor.facts.seen import Seen
from jetdoctor.graph import Node, Value

#: operators whose results are never negative, whatever comes in
_NEVER = frozenset(
    "Abs Exp HardSigmoid Relu ReduceL1 ReduceL2 ReduceSumSquare Sigmoid Softmax Softplus Sqrt ThresholdedRelu".split()
)

#: operators that keep the sign of their first input's elements
_KEEP = (
    "Identity", "Cast", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Dropout", "MaxPool", "AveragePool",
    "GlobalMaxPool", "GlobalAveragePool", "Slice", "Gather", "Expand", "Tile",
)  # fmt: skip


class MayBeNegative(Condition):
    """The input may hold negative numbers."""

    takes = {"may_be_negative": INDEX}

    def holds(self, seen: Seen) -> Answer:
        return not _never_negative(seen.node.input(self.value))

    def words(self) -> Words:
        return self.label(self.value), IS, "not known to be 0 or more"


def _never_negative(value: Value) -> bool:
    value = value.behind(_KEEP)
    numbers = value.numbers()
    if numbers is not None:
        return all(number >= 0 for number in numbers)
    node = value.producer
    if node is None or node.domain not in ("", "ai.onnx"):
        return False
    return node.op_type in _NEVER or _square(node) or _clipped(node)


def _square(node: Node) -> bool:
    return node.op_type == "Mul" and node.input(0).name == node.input(1).name


def _clipped(node: Node) -> bool:
    if node.op_type != "Clip":
        return False
    if node.opset < 11:
        low: Any = node.attr("min")
    else:
        low = next(iter((node.input(1).numbers() if node.present(1) else None) or ()), None)
    return low is not None and bool(low >= 0)
