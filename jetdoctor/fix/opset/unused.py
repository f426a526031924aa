"""Constants that nobody reads any more once they have become attributes."""

from __future__ import annotations

from typing import Any, List, Set

from jetdoctor.fix.opset.scope import Scope, subgraphs


def drop_unused(descent: Any) -> None:
    """Remove initializers and Constant nodes that only an input taken away by an adapter used."""
    for scope in [descent.main] + [scope for _, scope in descent.functions]:
        freed: List[str] = []
        _collect(scope, freed)
        if freed:
            _drop(scope, set(freed))


def _collect(scope: Scope, freed: List[str]) -> None:
    freed.extend(name for name in scope.freed if name)
    for children in scope.children.values():
        for child in children:
            _collect(child, freed)


def _drop(scope: Scope, freed: Set[str]) -> None:
    used: Set[str] = set()
    _readers(scope.proto, used)
    graph = scope.proto
    declared = set(graph.input) if scope.is_function else {v.name for v in graph.input}
    gone = freed - used - declared
    if not scope.is_function:
        _delete(graph.initializer, [i for i, t in enumerate(graph.initializer) if t.name in gone])
    _delete(
        graph.node, [i for i, n in enumerate(graph.node) if n.op_type == "Constant" and n.output[0] in gone]
    )


def _delete(field: Any, indices: List[int]) -> None:
    for index in reversed(indices):
        del field[index]


def _readers(graph: Any, used: Set[str]) -> None:
    used.update(graph.output if not hasattr(graph, "initializer") else (v.name for v in graph.output))
    for node in graph.node:
        used.update(node.input)
        for _, inner in subgraphs(node):
            _readers(inner, used)
