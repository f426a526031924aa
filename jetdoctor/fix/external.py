"""External data of a model: which files hold it, and that these lie where they belong."""

from __future__ import annotations

import os
from typing import Any, Iterator, List

from jetdoctor.fix.sweep import subgraphs
from jetdoctor.types import UsageError

_EXTERNAL = 1  # onnx.TensorProto.EXTERNAL
_TENSOR = 4  # onnx.AttributeProto.TENSOR


def external_tensors(proto: Any) -> Iterator[Any]:
    """TensorProtos whose data lies in another file, in all graphs and attributes."""
    for root in [proto.graph] + list(proto.functions):
        for tensor in _tensors(root):
            if tensor.data_location == _EXTERNAL:
                yield tensor


def external_files(proto: Any) -> List[str]:
    """Locations of the external data, relative to the model's folder, sorted.

    Raises UsageError for one that leads out of it: what a model names must not decide where files are read or written.
    """
    named = {e.value for t in external_tensors(proto) for e in t.external_data if e.key == "location"}
    for location in named:
        inside = os.path.normpath(location)
        if os.path.isabs(location) or inside.split(os.sep)[0] in ("..", ".", ""):
            raise UsageError(
                "the external data %r is outside the model's folder: save the model again with its data next to it"
                % location
            )
    return sorted(named)


def _tensors(graph: Any) -> Iterator[Any]:
    for tensor in getattr(graph, "initializer", ()):
        yield tensor
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == _TENSOR:
                yield attribute.t
            for tensor in attribute.tensors:
                yield tensor
        for inner in subgraphs(node):
            for tensor in _tensors(inner):
                yield tensor
