"""A softmax decomposed with smaller operators."""

from typing import List

from jetdoctor.facts.condition import IS, Answer, Condition, Words
from jetdoctor.facts.schema import BOOL
from jetdoctor.facts.seen import Seen
from jetdoctor.graph import Node


class SoftmaxMaximum(Condition):
    """The maximum is only the shift of a softmax or log-softmax of FLOAT: another shift gives the same result."""

    takes = {"softmax_maximum": BOOL}

    def holds(self, seen: Seen) -> Answer:
        node = seen.node
        found = node.input(0).dtype == "FLOAT" and node.attr("keepdims", 1) and _shifts_softmax(node)
        return bool(found) is self.value

    def words(self) -> Words:
        return "the maximum", IS, "only subtracted in a softmax" if self.value else "not only subtracted in a softmax"


def _shifts_softmax(maximum: Node) -> bool:
    """exp(x - max) / sum(exp(x - max)), or x - max - log(sum(exp(x - max))), and nothing else reads any of these."""
    shifts = _readers(maximum, "Sub")
    if not shifts or list(shifts[0].inputs) != [maximum.input(0).name, maximum.output(0).name]:
        return False
    powers = _readers(shifts[0], "Exp")
    if powers:
        divided = _readers(powers[0], "Div", "ReduceSum")
        return bool(divided) and _readers(divided[1], "Div") == divided[:1]
    read = _readers(shifts[0], "Exp", "Sub")
    sums = _readers(read[0], "ReduceSum") if read else []
    logs = _readers(sums[0], "Log") if sums else []
    return bool(logs) and _readers(logs[0], "Sub") == read[1:]


def _readers(node: Node, *op_types: str) -> List[Node]:
    """The nodes that read a node's output, if these are one of each type, in their order; else none."""
    value = node.output(0)
    found = sorted(value.consumers, key=lambda reader: reader.op_type)
    outside = value.name in node.graph.output_names
    return found if not outside and [reader.op_type for reader in found] == list(op_types) else []
