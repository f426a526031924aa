"""A GridSample whose grid is of another type than its image, which ONNX allows and ONNX Runtime does not have.

PyTorch's tracer writes one for deformable attention: the grid there is computed in double precision.
"""

from __future__ import annotations

from typing import Any

from jetdoctor.graph import DEFAULT_DOMAINS, DTYPE_NUMBERS, Graph, Node
from jetdoctor.model import from_proto

#: What a proof says that was made this way.
NOTE = "the grids of GridSample rounded to the type of the images, since ONNX Runtime has it in one type only"


def round_grids(proto: Any, path: str) -> bool:
    """Cast such grids to the type of their images, in place; whether there are any."""
    found = False
    for graph in from_proto(proto, path).main.walk():
        unlike = [node for node in graph.nodes if _is_unlike(node)]
        for node in reversed(unlike):
            _cast(graph, node)
        found = found or bool(unlike)
    return found


def _is_unlike(node: Node) -> bool:
    if node.op_type != "GridSample" or node.domain not in DEFAULT_DOMAINS or len(node.inputs) < 2:
        return False
    types = {node.input(0).dtype, node.input(1).dtype}
    return len(types) == 2 and None not in types


def _cast(graph: Graph, node: Node) -> None:
    from onnx import helper

    rounded = "%s/rounded for %s" % (node.inputs[1], node.outputs[0])
    cast = helper.make_node("Cast", [node.inputs[1]], [rounded], to=DTYPE_NUMBERS[node.input(0).dtype or "FLOAT"])
    node.proto.input[1] = rounded
    graph.proto.node.insert(graph.nodes.index(node), cast)
