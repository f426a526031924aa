"""Shapes that onnx's inference leaves open although the model computes them from constants.

Exporters write ``expand``, ``pad`` or ``interpolate`` as arithmetic over Shape, ConstantOfShape, Equal and Where,
which onnx does not follow; behind one such node nothing would be known any more. One walk in graph order: where
the arithmetic gives a number, onnx's inference is asked again for this node, and for the nodes behind it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Dict, Optional, Set

from jetdoctor import onnx_parts, tensors
from jetdoctor.constants.partly_known import PartlyKnown
from jetdoctor.graph import DEFAULT_DOMAINS, DTYPE_NUMBERS, Graph, Model, Node, Value
from jetdoctor.model import contrib_types

#: Operators whose output's shape hangs on the values of inputs -> the first such input
_BY_VALUE = {
    "ConstantOfShape": 0, "Expand": 1, "OneHot": 1, "Pad": 1, "Range": 0, "ReduceMax": 1, "ReduceMean": 1,
    "ReduceMin": 1, "ReduceProd": 1, "ReduceSum": 1, "Reshape": 1, "Resize": 1, "Slice": 1, "Split": 1,
    "Squeeze": 1, "Tile": 1, "TopK": 1, "Unsqueeze": 1, "Upsample": 1,
}  # fmt: skip


def settle(model: Model, may_ask: Any) -> None:
    """Fill in sizes of ``model``'s types; ``may_ask(node proto)`` says whether onnx's inference withstands it."""
    known = PartlyKnown.shared(model)
    for graph in model.main.walk():
        better: Set[str] = set()
        for node in graph.nodes:
            contrib = contrib_types.is_known(node)
            behind = not better.isdisjoint(node.inputs) or _is_newer(node.domain, node.op_type, node.opset)
            if not (contrib or behind or node.op_type in _BY_VALUE):
                continue
            if all(graph.value(name).static_shape is not None for name in node.outputs if name):
                continue
            if contrib:
                found = contrib_types.first_output(node)
                if found is not None and _merge(graph, node.outputs[0], found):
                    better.add(node.outputs[0])
            elif may_ask(node.proto):
                parameters = _parameters(node, known)
                if behind or parameters:
                    better.update(_ask(node, parameters))
    known.forget_open()


@lru_cache(maxsize=None)
def _is_newer(domain: str, op_type: str, opset: int) -> bool:
    """An operator that came after the declared opset: ONNX Runtime's optimizer writes LayerNormalization below 17."""
    is_operator = onnx_parts.is_operator
    return domain in DEFAULT_DOMAINS and is_operator(op_type) and not is_operator(op_type, opset)


def _parameters(node: Node, known: PartlyKnown) -> Dict[str, Any]:
    """TensorProtos of the inputs that decide the shape, as far as they are known."""
    first = _BY_VALUE.get(node.op_type)
    found = {}
    for index in range(len(node.inputs)) if first is not None else ():
        if not node.present(index) or index < (first or 0):
            continue
        value = node.input(index)
        array = known.known(value)
        if array is not None:
            found[value.name] = value.constant or tensors.of_numbers(array.dtype, array.flat, array.shape)
    return found


def _ask(node: Node, parameters: Dict[str, Any]) -> Set[str]:
    """Names of the outputs about which more is known now."""
    types = {name: _type(node.input(index)) for index, name in enumerate(node.inputs) if name}
    if node.domain not in DEFAULT_DOMAINS or node.subgraphs or None in types.values():
        return set()
    try:
        newer = _is_newer(node.domain, node.op_type, node.opset)
        schema = onnx_parts.schema(node.op_type, None if newer else node.opset)
        found = onnx_parts.output_types(schema, node.proto, types, parameters, node.opset)
    except Exception:  # onnx raises InferenceError, RuntimeError, ValueError ... : it stays unknown
        return set()
    return {name for name, type_ in found.items() if _merge(node.graph, name, type_)}


def _type(value: Value) -> Any:
    """TypeProto of a tensor whose rank is known, else None; onnx aborts on some sizes below zero."""
    if value.dtype is None or value.shape is None or any(isinstance(dim, int) and dim < 0 for dim in value.shape):
        return None
    return onnx_parts.tensor_type(DTYPE_NUMBERS[value.dtype], value.shape)


def _merge(graph: Graph, name: str, new: Any) -> bool:
    """Take over the sizes of ``new`` that were open; whether there were any."""
    old, shape = graph.types.get(name), _dims(new)
    if shape is None:
        return False
    known = _dims(old)
    if known is None:
        graph.types[name] = new
        return True
    gained = False
    for dim, size in zip(known, shape) if len(known) == len(shape) else ():
        if not dim.HasField("dim_value") and size.HasField("dim_value"):
            dim.dim_value, gained = size.dim_value, True
    return gained


def _dims(type_: Optional[Any]) -> Any:
    if type_ is None or type_.WhichOneof("value") != "tensor_type" or not type_.tensor_type.HasField("shape"):
        return None
    return type_.tensor_type.shape.dim
