"""Which outputs a node lists."""

from typing import Sequence

from jetdoctor.facts.condition import HAS, IS, Answer, Condition, Words
from jetdoctor.facts.schema import COUNT, FLAG, INDEX
from jetdoctor.facts.seen import Seen
from jetdoctor.graph import Node


class OutputsGreater(Condition):
    """The node names more outputs than this."""

    takes = {"outputs_gt": COUNT}

    def holds(self, seen: Seen) -> Answer:
        return sum(1 for name in seen.node.outputs if name) > self.value

    def words(self) -> Words:
        return "the node", HAS, "more than %d output%s" % (self.value, "" if self.value == 1 else "s")


class Output(Condition):
    """The output is listed; with ``nonempty`` by a name that is not empty."""

    takes = {"output": INDEX}
    may_take = {"nonempty": FLAG}

    def holds(self, seen: Seen) -> Answer:
        outputs = seen.node.outputs
        return len(outputs) > self.value and (not self.spec.get("nonempty") or bool(outputs[self.value]))

    def words(self) -> Words:
        return "output %d" % self.value, IS, "asked for" if self.spec.get("nonempty") else "listed"

    def broken(self, node: Node, when: Sequence[Condition]) -> str:
        return "its output %d is not supported" % self.value


class OutputPlaceholder(Condition):
    """An output from this one on is omitted by an empty name."""

    takes = {"output_placeholder": INDEX}

    def holds(self, seen: Seen) -> Answer:
        return "" in list(seen.node.outputs)[self.value :]

    def words(self) -> Words:
        return "output %d or a later one" % self.value, IS, "omitted by an empty name"
