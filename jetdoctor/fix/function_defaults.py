"""Defaults of a local function's attributes, written at its calls: onnx's inliner forgets them."""

from __future__ import annotations

from typing import Any, Dict, Iterable, Tuple

from jetdoctor.fix.sweep import subgraphs


def write_defaults(model: Any) -> None:
    """Give every call of a local function, in place, the attributes that it leaves to their defaults."""
    defaults = {}
    for function in model.functions:
        known = getattr(function, "attribute_proto", ())  # onnx 1.13 brought the field
        if known:
            defaults[function.domain, function.name, getattr(function, "overload", "")] = known
    if not defaults:
        return
    for nodes in [model.graph.node] + [function.node for function in model.functions]:
        _write(nodes, defaults)


def _write(nodes: Iterable[Any], defaults: Dict[Tuple[str, str, str], Any]) -> None:
    for node in nodes:
        given = {attribute.name for attribute in node.attribute}
        for default in defaults.get((node.domain, node.op_type, getattr(node, "overload", "")), ()):
            if default.name not in given:
                node.attribute.add().CopyFrom(default)
        for graph in subgraphs(node):
            _write(graph.node, defaults)
