"""A model with one element type in place of another, everywhere: inputs, outputs, weights, attributes."""

from __future__ import annotations

from typing import Any

from jetdoctor.fix.sweep import subgraphs
from jetdoctor.rule import CannotRewrite

#: attributes that name an element type by its number
_TYPE_ATTRIBUTES = ("to", "dtype", "output_dtype", "stash_type")


def retyped(proto: Any, old: int, new: int) -> Any:
    """A copy of the ModelProto; ``CannotRewrite`` for weights in another file. Types are onnx numbers."""
    copy = type(proto)()
    copy.CopyFrom(proto)
    for root in [copy.graph] + list(copy.functions):
        _graph(root, old, new)
    return copy


def _graph(graph: Any, old: int, new: int) -> None:
    for field in ("input", "output", "value_info"):
        for value in getattr(graph, field, ()):
            if not isinstance(value, str) and value.type.tensor_type.elem_type == old:
                value.type.tensor_type.elem_type = new
    for tensor in getattr(graph, "initializer", ()):
        _tensor(tensor, old, new)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == 4:  # TENSOR
                _tensor(attribute.t, old, new)
            if attribute.name in _TYPE_ATTRIBUTES and attribute.i == old:
                attribute.i = new
        for inner in subgraphs(node):
            _graph(inner, old, new)


def _tensor(tensor: Any, old: int, new: int) -> None:
    if tensor.data_type != old:
        return
    if tensor.data_location == 1:  # EXTERNAL
        raise CannotRewrite("the weights are in another file")
    from onnx import helper, numpy_helper

    array = numpy_helper.to_array(tensor)
    name = tensor.name
    with_type = array.astype(helper.tensor_dtype_to_np_dtype(new))
    tensor.CopyFrom(numpy_helper.from_array(with_type, name))
