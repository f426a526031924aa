"""The nodes of a subgraph in the place of the node that owns it, under names that are new in the model."""

from __future__ import annotations

from typing import Any, Dict, List

from jetdoctor.fix.changes import rename_inputs
from jetdoctor.fix.sweep import subgraphs
from jetdoctor.graph import Graph
from jetdoctor.rule import CannotRewrite


def inline(edit: Any, body: Graph, given: Dict[str, str]) -> List[str]:
    """Add copies of the body's nodes and constants before the edit's node; returns the names of its outputs.

    ``given`` maps the body's inputs to values of the graph around it. Each output has a name of its own.
    """
    if body.proto.sparse_initializer:
        raise CannotRewrite("a branch or body holds sparse constants")
    names = dict(given)
    for tensor in body.proto.initializer:
        copy = type(tensor)()
        copy.CopyFrom(tensor)
        names[tensor.name] = edit.hold(copy, tensor.name)
    for node in body.nodes:
        copy = type(node.proto)()
        copy.CopyFrom(node.proto)
        rename_inputs(copy, names)
        for inner in subgraphs(copy):
            _rename_own(inner, edit.changes)
        outputs = [edit.changes.unique(name) if name else "" for name in node.outputs]
        names.update((old, new) for old, new in zip(node.outputs, outputs) if old)
        attributes = {attribute.name: attribute for attribute in copy.attribute}
        edit.add(node.op_type, copy.input, outputs, node.domain, node.name or None, **attributes)
    edit.changes.release(names.values())  # what nobody reads in its new place goes
    return _told_apart(edit, [names.get(name, name) for name in body.output_names])


def _told_apart(edit: Any, outputs: List[str]) -> List[str]:
    """A value that comes out twice gets a second name."""
    seen: List[str] = []
    for name in outputs:
        seen.append(edit.add("Identity", [name]) if name in seen else name)
    return seen


def _rename_own(graph: Any, changes: Any) -> None:
    """New names for what a copied subgraph defines: the same body may be copied again."""
    defined = [v.name for v in graph.input] + [t.name for t in graph.initializer]
    defined += [name for node in graph.node for name in node.output if name]
    own = {name: changes.unique(name) for name in dict.fromkeys(defined)}
    for field in (graph.input, graph.initializer, graph.output, graph.value_info):
        for item in field:
            item.name = own.get(item.name, item.name)
    for node in graph.node:
        rename_inputs(node, own)
        node.output[:] = [own.get(name, name) for name in node.output]
        for inner in subgraphs(node):
            _rename_own(inner, changes)
