"""Nodes in topological order, which onnx's checker and inference want and some converters forget."""

from __future__ import annotations

import heapq
from typing import Any, Dict, List, Set

from jetdoctor.fix.sweep import subgraphs


def sort_nodes(proto: Any) -> bool:
    """Sort every graph and function body of a model in place; whether anything moved.

    Nodes that are in order stay as they are. A graph that runs in a circle has no order and is left alone.
    """
    moved = [_sort(graph) for graph in [proto.graph] + list(proto.functions)]
    return any(moved)


def _sort(graph: Any) -> bool:
    moved = any([_sort(inner) for node in graph.node for inner in subgraphs(node)])
    makers = {name: index for index, node in enumerate(graph.node) for name in node.output if name}
    needs = [{makers[name] for name in reads(node) if name in makers} for node in graph.node]
    if all(not before or max(before) < index for index, before in enumerate(needs)):
        return moved
    order = _order(needs)
    if len(order) < len(needs):
        return moved
    nodes = [_twin(graph.node[index]) for index in order]
    del graph.node[:]
    graph.node.extend(nodes)
    return True


def _order(needs: List[Set[int]]) -> List[int]:
    """Indices of the nodes, each behind those that it needs and otherwise as early as it was."""
    readers: Dict[int, List[int]] = {}
    for index, before in enumerate(needs):
        for other in before:
            readers.setdefault(other, []).append(index)
    waiting = [len(before) for before in needs]
    ready = [index for index, count in enumerate(waiting) if not count]
    order = []
    while ready:
        order.append(heapq.heappop(ready))
        for reader in readers.get(order[-1], ()):
            waiting[reader] -= 1
            if not waiting[reader]:
                heapq.heappush(ready, reader)
    return order


def reads(node: Any) -> Set[str]:
    """Names that a node or the graphs inside of it read."""
    found = {name for name in node.input if name}
    for inner in subgraphs(node):
        for other in inner.node:
            found |= reads(other)
        found.update(value.name for value in inner.output)
    return found


def _twin(node: Any) -> Any:
    twin = type(node)()
    twin.CopyFrom(node)
    return twin
