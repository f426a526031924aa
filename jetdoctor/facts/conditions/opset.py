"""The opset that a node is read by."""

from typing import Sequence

from jetdoctor.facts.condition import IS, Answer, Condition, Words
from jetdoctor.facts.schema import COUNT
from jetdoctor.facts.seen import Seen
from jetdoctor.graph import Node


class OpsetMin(Condition):
    """The opset of the node's domain is this one or a later one."""

    takes = {"opset_min": COUNT}

    def holds(self, seen: Seen) -> Answer:
        return bool(seen.node.opset >= self.value)

    def words(self) -> Words:
        return "the opset", IS, "%d or later" % self.value

    def broken(self, node: Node, when: Sequence[Condition]) -> str:
        return "opset %d is too old: the broadcast attribute is not read" % node.opset


class OpsetMax(Condition):
    """The opset of the node's domain is this one or an earlier one."""

    takes = {"opset_max": COUNT}

    def holds(self, seen: Seen) -> Answer:
        return bool(seen.node.opset <= self.value)

    def words(self) -> Words:
        return "the opset", IS, "%d or earlier" % self.value


class Opset(Condition):
    """The opset of the node's domain is exactly this one."""

    takes = {"opset": COUNT}

    def holds(self, seen: Seen) -> Answer:
        return bool(seen.node.opset == self.value)

    def words(self) -> Words:
        return "the opset", IS, "%d" % self.value
