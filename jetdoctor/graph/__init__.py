"""A read-only view of an ONNX model for rule authors: graphs, nodes and values with paths and shapes.

The view never copies the model: every ``Node`` keeps its ``NodeProto`` and every ``Value`` looks its
type up where shape inference left it. onnx and numpy are imported inside functions only.
"""

from __future__ import annotations

from jetdoctor.graph.model import Model
from jetdoctor.graph.names import DEFAULT_DOMAINS, DTYPE_BYTES, DTYPE_NAMES, DTYPE_NUMBERS, MOVERS
from jetdoctor.graph.node import Node
from jetdoctor.graph.scope import Graph
from jetdoctor.graph.value import Dim, Shape, Value, tensor_has_data

__all__ = [
    "DEFAULT_DOMAINS",
    "DTYPE_BYTES",
    "DTYPE_NAMES",
    "DTYPE_NUMBERS",
    "Dim",
    "Graph",
    "MOVERS",
    "Model",
    "Node",
    "Shape",
    "Value",
    "tensor_has_data",
]
