"""What a condition of a row about the DLA is: one class per key, as in ``jetdoctor.facts``."""

from __future__ import annotations

from jetdoctor.facts.condition import Answer, Condition
from jetdoctor.facts.seen import Seen
from jetdoctor.graph import Node


class OfLayer(Condition):
    """One condition of a row about the DLA: what keeps a layer from it. Such rows are never turned into demands."""

    def holds(self, seen: Seen) -> Answer:
        return self.at(seen.node)

    def at(self, node: Node) -> Answer:
        """Whether it holds at the node."""
        raise NotImplementedError
