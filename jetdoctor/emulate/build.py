"""Turns nodes of a model into what a release's parser builds of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

from jetdoctor.catalog import catalog
from jetdoctor.fix.candidate import Candidate
from jetdoctor.fix.changes import Changes
from jetdoctor.fix.choice import places
from jetdoctor.fix.edit import Edit
from jetdoctor.graph import Graph, Node
from jetdoctor.model import from_proto
from jetdoctor.rule import CannotRewrite
from jetdoctor.types import Finding, Location, Target


@dataclass(frozen=True)
class Built:
    """A model as it is read: ``proto``, and for each finding (by key) that could not be turned, why not."""

    proto: Any
    left: Dict[str, str]
    turned: int


def build(path: str, target: Target, findings: Sequence[Finding]) -> Built:
    """The model at ``path`` with every node of ``findings`` as the target's parser reads it; the file stays."""
    import onnx

    view = from_proto(onnx.load(path, load_external_data=False), path)
    changes, graphs = Changes(view), {graph.path: graph for graph in view.graphs()}
    left: Dict[str, str] = {}
    taken: List[Tuple[Tuple[str, ...], int]] = []
    for finding in findings:
        for place in places(finding):
            reason = _turn(finding, _node(graphs, place), changes, target, taken)
            if reason:
                left.setdefault(finding.key, reason)
    changes.commit()
    _forget_shapes(view.proto)
    return Built(view.proto, left, len(taken))


def candidate(built: Built, path: str) -> Candidate:
    """The built model as a temporary file, with the external data of the original beside it."""
    return Candidate(built.proto, path, check=False)


def _turn(
    finding: Finding, node: Optional[Node], changes: Changes, target: Target, taken: List[Tuple[Tuple[str, ...], int]]
) -> str:
    """Carry one reading out at one node; "" or why that is not possible."""
    module = catalog().readings.get(finding.reading)
    if module is None:
        return "no model of how this release reads it exists"
    if node is None:
        return "it names no node"
    mark = (node.graph.path, node.index)
    if mark in taken:
        return "a different misreading of the same node is measured"
    edit = Edit(changes, node, target)
    try:
        module.read(node, edit)  # type: ignore[attr-defined]
    except CannotRewrite as refusal:
        edit.undo()
        return str(refusal)
    taken.append(mark)
    return ""


def _node(graphs: Dict[Tuple[str, ...], Graph], place: Location) -> Optional[Node]:
    graph = graphs.get(place.graph)
    if graph is None or place.node_index is None or place.node_index >= len(graph.nodes):
        return None
    return graph.nodes[place.node_index]


def _forget_shapes(proto: Any) -> None:
    """Declared shapes of inner values and outputs are those of the original: what is read may have others."""
    for graph in _graphs(proto.graph):
        del graph.value_info[:]
        for value in graph.output:
            if value.type.HasField("tensor_type"):
                value.type.tensor_type.ClearField("shape")
    for function in proto.functions:
        if hasattr(function, "value_info"):
            del function.value_info[:]


def _graphs(graph: Any) -> Iterator[Any]:
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _graphs(attribute.g)
            for inner in attribute.graphs:
                yield from _graphs(inner)
