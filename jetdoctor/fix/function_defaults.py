"""Local functions put in the place of their calls; the defaults of their attributes, which onnx's inliner forgets."""

from __future__ import annotations

from typing import Any, Dict, Iterable, Tuple

from jetdoctor.fix.sweep import subgraphs


def inlined(proto: Any, to_one_opset: bool = False) -> Any:
    """A copy of the model without local functions; None when onnx cannot inline them.

    ``to_one_opset``: functions of another opset are brought to the model's by onnx's converter.
    """
    if not proto.functions:
        return None
    try:
        import onnx.inliner

        copy = type(proto)()
        copy.CopyFrom(proto)
        write_defaults(copy)
        found = onnx.inliner.inline_local_functions(copy, to_one_opset)
    except Exception:  # over 2 GB, recursive, or no inliner in this onnx
        return None
    return None if found.functions else found


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
