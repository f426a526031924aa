"""The order in which a parser meets nodes, and the branches that it does not read: those of an If whose condition is
an initializer that says otherwise.
"""

from __future__ import annotations

from typing import Dict, Iterator, List, Optional

from jetdoctor.check.facts import intersect
from jetdoctor.check.hit import Hit
from jetdoctor.graph import Graph, Node
from jetdoctor.types import EVERY_VERSION, VersionRange

#: A true condition is told by four bytes where there is one, so that either branch may be read (onnx-tensorrt
#: 7.1 to 8.2-GA, importer of If; 8.4-EA reads one byte).
_BY_CHANCE = VersionRange(None, (8, 4, 0))


def in_order(graph: Graph) -> Iterator[Node]:
    """Nodes as a parser meets them: a node, then the bodies that it owns."""
    stack = [iter(graph.nodes)]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
            continue
        yield node
        for body in reversed(node.subgraphs):
            stack.append(iter(body.nodes))


class Branches:
    """Which releases read a subgraph of one model."""

    def __init__(self) -> None:
        self._read: Dict[int, Optional[VersionRange]] = {}

    def limited(self, hits: List[Hit], graph: Graph) -> List[Hit]:
        """The hits of a node in ``graph``, for the releases that get to see it."""
        if not hits or graph.parent is None:
            return hits
        read = self._of(graph)
        if read is EVERY_VERSION:
            return hits
        cut = ((hit, intersect(hit.range, read)) for hit in hits) if read else ()
        return [hit.within(both) for hit, both in cut if both is not None]

    def _of(self, graph: Graph) -> Optional[VersionRange]:
        """Releases that read the graph, None for none."""
        if id(graph) not in self._read:
            outer = self._of(graph.parent) if graph.parent else EVERY_VERSION
            own = _by_condition(graph)
            both = EVERY_VERSION if outer is own is EVERY_VERSION else outer and own and intersect(outer, own)
            self._read[id(graph)] = both
        return self._read[id(graph)]


def _by_condition(graph: Graph) -> Optional[VersionRange]:
    owner = graph.owner
    if owner is None or owner.op_type != "If" or not owner.input(0).is_weights():
        return EVERY_VERSION
    condition = owner.input(0).numbers()
    if condition is None or len(condition) != 1:
        return EVERY_VERSION
    true = bool(condition[0])
    if true == (graph.attribute == "then_branch"):
        return EVERY_VERSION
    return _BY_CHANCE if true else None
