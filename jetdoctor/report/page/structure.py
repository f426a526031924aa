"""The graph of a model as data for a page: operators and tensors, no weights."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from jetdoctor.graph import Graph, Model
from jetdoctor.report.style import clean

#: Nodes that a page holds at most: about 150 bytes each.
MOST = 20000
#: Characters of an attribute's value.
_LONGEST = 80

#: What a tensor is in its graph, as ``tensors.js`` knows it.
PLAIN, CONSTANT, INPUT, OUTPUT = range(4)


def structure(model: Model) -> Dict[str, Any]:
    """``{"graphs": [...], "left_out": nodes beyond MOST}``, the main graph first.

    A graph has ``path``, ``tensors`` (name, element type, shape or null, what it is), ``nodes`` (operator, domain,
    name, input tensors, output tensors, attributes in words), ``inputs`` and ``outputs``. Tensors are numbered within
    a graph.
    """
    graphs: List[Dict[str, Any]] = []
    room, left_out = MOST, 0
    for graph in model.graphs():
        if len(graph.nodes) > room:
            left_out += len(graph.nodes)
            continue
        room -= len(graph.nodes)
        graphs.append(_graph(graph))
    return {"graphs": graphs, "left_out": left_out}


def of_file(path: str) -> Optional[Dict[str, Any]]:
    """The structure of the model in a file; None when it cannot be read, as no engine can."""
    from jetdoctor import model as room
    from jetdoctor.types import JetdoctorError

    try:
        return structure(room.load(path))
    except (JetdoctorError, room.UnreadableModel, OSError):
        return None


def _graph(graph: Graph) -> Dict[str, Any]:
    numbers: Dict[str, int] = {}
    tensors: List[List[Any]] = []

    def number(name: str) -> int:
        if name not in numbers:
            numbers[name] = len(tensors)
            tensors.append(_tensor(graph, name))
        return numbers[name]

    nodes = [
        [
            clean(node.op_type),
            clean(node.domain),
            clean(node.name),
            [number(name) if name else -1 for name in node.inputs],
            [number(name) if name else -1 for name in node.outputs],
            _attributes(node),
        ]
        for node in graph.nodes
    ]
    inputs = [number(name) for name in graph.input_names if name not in graph.initializers]
    outputs = [number(name) for name in graph.output_names]
    return {
        "path": [clean(part) for part in graph.path],
        "tensors": tensors,
        "nodes": nodes,
        "inputs": inputs,
        "outputs": outputs,
    }


def _tensor(graph: Graph, name: str) -> List[Any]:
    value = graph.value(name)
    shape = value.shape
    known = None if shape is None else [size if isinstance(size, int) else clean(size or "?") for size in shape]
    if name in graph.output_names:
        what = OUTPUT
    elif value.initializer is not None:
        what = CONSTANT
    else:
        what = INPUT if name in graph.input_names else PLAIN
    return [clean(name), value.dtype or "", known, what]


def _attributes(node: Any) -> str:
    """``axis=1, keepdims=0``: the small ones."""
    return ", ".join("%s=%s" % (clean(name), _value(node.attr(name))) for name in sorted(node.attributes))


def _value(value: Any) -> str:
    if isinstance(value, (int, float, str)):
        text = str(value) if not isinstance(value, float) else "%.6g" % value
    elif isinstance(value, tuple) and all(isinstance(part, (int, float, str)) for part in value):
        text = "[%s]" % ", ".join("%.6g" % part if isinstance(part, float) else str(part) for part in value)
    else:
        text = "..."
    return clean(text if len(text) <= _LONGEST else text[:_LONGEST] + "...")
