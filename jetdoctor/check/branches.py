"""Branches that no parser reads: those of an If whose condition is an initializer that says otherwise."""

from __future__ import annotations

from typing import Dict, List, Optional

from jetdoctor.check.facts import intersect
from jetdoctor.check.hit import Hit
from jetdoctor.graph import Graph
from jetdoctor.types import EVERY_VERSION, VersionRange

#: A true condition is told by four bytes where there is one, so that either branch may be read (onnx-tensorrt
#: 7.1 to 8.2-GA, importer of If; 8.4-EA reads one byte).
_BY_CHANCE = VersionRange(None, (8, 4, 0))


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
    condition = owner.input(0).array()
    if condition is None or condition.size != 1:
        return EVERY_VERSION
    true = bool(condition.reshape(-1)[0])
    if true == (graph.attribute == "then_branch"):
        return EVERY_VERSION
    return _BY_CHANCE if true else None
