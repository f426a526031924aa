"""Removes what only a replaced node used: producers, initializers, stale value infos."""

from __future__ import annotations

from collections import Counter
from typing import Any, Dict, Iterable, Iterator, List, Set


def subgraphs(node: Any) -> Iterator[Any]:
    """GraphProtos in the attributes of a NodeProto."""
    for attribute in node.attribute:
        if attribute.type == 5:
            yield attribute.g
        yield from attribute.graphs


def _graphs(root: Any) -> Iterator[Any]:
    yield root
    for node in root.node:
        for graph in subgraphs(node):
            yield from _graphs(graph)


def _reads(node: Any) -> List[str]:
    """Every name that a node reads, the ones its subgraphs read included."""
    names = [name for name in node.input if name]
    for graph in subgraphs(node):
        names.extend(output.name for output in graph.output)
        for inner in graph.node:
            names.extend(_reads(inner))
    return names


def _output_names(root: Any) -> List[str]:
    return [o if isinstance(o, str) else o.name for o in root.output]


def sweep(model: Any, released: Iterable[str]) -> None:
    """Delete nodes and initializers of ``model`` that nothing reads any more, starting at ``released``.

    What nobody read before the pass stays: only names that lost a reader are looked at, and then the
    inputs of what goes. Graph inputs always stay.
    """
    if not released:
        return
    for root in [model.graph] + list(model.functions):
        _sweep_root(root, released)


def _sweep_root(root: Any, released: Iterable[str]) -> None:
    uses = Counter(_output_names(root))
    for node in root.node:
        uses.update(_reads(node))
    producers: Dict[str, Any] = {}
    for graph in _graphs(root):
        for node in graph.node:
            producers.update((name, node) for name in node.output if name)
    dead_nodes: Set[int] = set()
    dead_names: Set[str] = set()
    work = sorted(released)
    while work:
        name = work.pop()
        if uses[name] > 0:
            continue
        dead_names.add(name)
        node = producers.get(name)
        if node is None or id(node) in dead_nodes or any(uses[o] > 0 for o in node.output if o):
            continue
        dead_nodes.add(id(node))
        reads = _reads(node)
        uses.subtract(reads)
        work.extend(reads)
    _delete(root, dead_nodes, dead_names)


def _delete(root: Any, dead_nodes: Set[int], dead_names: Set[str]) -> None:
    for graph in reversed(list(_graphs(root))):
        for index in range(len(graph.node) - 1, -1, -1):
            if id(graph.node[index]) in dead_nodes:
                del graph.node[index]
        if not hasattr(graph, "initializer"):
            continue
        inputs = {value.name for value in graph.input}
        for field in (graph.initializer, graph.value_info):
            for index in range(len(field) - 1, -1, -1):
                name = field[index].name
                if name in dead_names and name not in inputs:
                    del field[index]
