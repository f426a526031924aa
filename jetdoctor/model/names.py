"""Names that are not UTF-8, as an exporter on a machine with another code page may write them.

ONNX strings are UTF-8, but neither TensorRT's parser nor protobuf insists, and Python's protobuf then gives
bytes where every reader expects text.
"""

from __future__ import annotations

from typing import Any, Iterable

from jetdoctor.kinds import GRAPH, GRAPHS


def are_text(proto: Any) -> bool:
    """Whether the names of a ModelProto that readers use are text."""
    nodes = [node for function in proto.functions for node in function.node]
    try:
        "".join((proto.producer_name, proto.producer_version))
        "".join(text for entry in proto.metadata_props for text in (entry.key, entry.value))
        "".join(imported.domain for imported in proto.opset_import)
        "".join(name for f in proto.functions for name in (f.name, f.domain, *f.input, *f.output))
        _join(nodes)
        _join_graph(proto.graph)
    except TypeError:  # str.join meets bytes
        return False
    return True


def _join_graph(graph: Any) -> None:
    "".join((graph.name,))
    for values in (graph.input, graph.output, graph.value_info, graph.initializer):
        "".join([value.name for value in values])
    _join(graph.node)


def _join(nodes: Iterable[Any]) -> None:
    join = "".join
    for node in nodes:
        join(node.input)
        join(node.output)
        join((node.name, node.op_type, node.domain))
        for attribute in node.attribute:
            join((attribute.name, attribute.ref_attr_name))
            if attribute.type == GRAPH:
                _join_graph(attribute.g)
            elif attribute.type == GRAPHS:
                for graph in attribute.graphs:
                    _join_graph(graph)


def repair(message: Any) -> None:
    """Write every string of a message that is not UTF-8 with backslashes for the odd bytes, in place."""
    for field, value in message.ListFields():
        if field.type == field.TYPE_STRING:
            if isinstance(value, bytes):
                setattr(message, field.name, _text(value))
            elif not isinstance(value, str):
                value[:] = [_text(each) for each in value]
        elif field.type == field.TYPE_MESSAGE:
            for each in value if hasattr(value, "extend") else (value,):
                repair(each)


def _text(name: Any) -> str:
    return name.decode("utf-8", "backslashreplace") if isinstance(name, bytes) else name
