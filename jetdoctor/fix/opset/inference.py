"""Types of values: once for a whole model without its weights, then node by node for new nodes."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from jetdoctor.fix.opset import schemas

_KEPT_BYTES = 4096  # initializers up to this size keep their data: shapes, axes and scales live there
_PARAMETER_LIMIT = 64  # elements of a constant that is handed to the inference of one node


def inferred_twin(proto: Any) -> Any:
    """A copy of the model without large initializers and with inferred value infos.

    The copy itself is returned when onnx cannot infer (an invalid or exotic model): its declared value
    infos are then all that is known.
    """
    import onnx

    twin = _without_weights(proto)
    try:
        return onnx.shape_inference.infer_shapes(twin, data_prop=True)
    except Exception:  # onnx raises several types here, RuntimeError among them
        return twin


def _without_weights(proto: Any) -> Any:
    twin = type(proto)()
    for field, value in proto.ListFields():
        if field.name == "graph":
            _copy_graph(value, twin.graph)
        elif field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED:
            getattr(twin, field.name).extend(value)
        else:
            setattr(twin, field.name, value)
    return twin


def _copy_graph(graph: Any, twin: Any) -> None:
    twin.name = graph.name
    for name in ("input", "output", "value_info", "sparse_initializer"):
        getattr(twin, name).extend(getattr(graph, name))
    for node in graph.node:
        _copy_node(node, twin.node.add())
    for tensor in graph.initializer:
        if tensor.ByteSize() <= _KEPT_BYTES:
            twin.initializer.add().CopyFrom(tensor)
        else:
            twin.initializer.add(name=tensor.name, data_type=tensor.data_type, dims=tensor.dims)


def _copy_node(node: Any, twin: Any) -> None:
    if node.op_type != "Constant" or node.ByteSize() <= _KEPT_BYTES:
        twin.CopyFrom(node)
        return
    twin.op_type, twin.domain = node.op_type, node.domain
    twin.output.extend(node.output)
    for attribute in node.attribute:
        if attribute.HasField("t"):
            added = twin.attribute.add(name=attribute.name, type=attribute.type)
            added.t.data_type = attribute.t.data_type
            added.t.dims.extend(attribute.t.dims)


#: Operators that keep the type of their first input and that onnx has no inference for.
_LIKE_FIRST_INPUT = ("GroupNormalization", "MeanVarianceNormalization")


def complete(scope: Any, opset: int) -> None:
    """Infer what onnx left open, in graph order: behind an operator that it has no inference for, and in
    the body of a Loop or Scan, where it does not take the declared shapes of the state for granted."""
    for node in scope.nodes:
        for child in scope.children.get(id(node), ()):
            complete(child, opset)
        if any(name and _is_vague(scope.types.get(name)) for name in node.output):
            for name, proto in output_types(scope, node, opset).items():
                if _is_vague(scope.types.get(name)) and _has_element(proto):
                    scope.types[name] = proto


def _is_vague(proto: Any) -> bool:
    if proto is None:
        return True
    return proto.HasField("tensor_type") and not proto.tensor_type.HasField("shape")


def _has_element(proto: Any) -> bool:
    return not proto.HasField("tensor_type") or bool(proto.tensor_type.elem_type)


def output_types(scope: Any, node: Any, opset: int) -> Dict[str, Any]:
    """Types of a node's outputs from the types of its inputs; empty when onnx cannot tell."""
    import onnx

    found = schemas.schema(node.op_type, opset) if node.domain in ("", "ai.onnx") else None
    types = {name: scope.type(name) for name in node.input if name}
    if found is None or any(known is None for known in types.values()):
        return {}
    if node.op_type in _LIKE_FIRST_INPUT:
        return {node.output[0]: types[node.input[0]]}
    imports = [onnx.helper.make_operatorsetid("", opset)]
    data = {name: tensor for name in types for tensor in [_parameter(scope, name)] if tensor is not None}
    try:
        return onnx.shape_inference.infer_node_outputs(found, node, types, data, opset_imports=imports)
    except Exception:  # onnx.shape_inference.InferenceError, RuntimeError, KeyError by release
        return {}


def _parameter(scope: Any, name: str) -> Optional[Any]:
    from onnx import numpy_helper

    value = scope.constant(name)
    if value is None or value.size > _PARAMETER_LIMIT or value.dtype.kind not in "iuf":
        return None
    return numpy_helper.from_array(value)


def merged(types: List[Any]) -> Any:
    """What holds of all of several types of one value; None when even the element type differs."""
    first = types[0]
    if all(other == first for other in types):
        return first
    kinds = {proto.WhichOneof("value") for proto in types}
    if kinds != {"tensor_type"} or len({proto.tensor_type.elem_type for proto in types}) > 1:
        return None
    ranks = {len(p.tensor_type.shape.dim) if p.tensor_type.HasField("shape") else -1 for p in types}
    common = type(first)()
    common.tensor_type.elem_type = first.tensor_type.elem_type
    if len(ranks) == 1 and -1 not in ranks:
        for dims in zip(*(p.tensor_type.shape.dim for p in types)):
            dim = common.tensor_type.shape.dim.add()
            if all(other == dims[0] for other in dims):
                dim.CopyFrom(dims[0])
        common.tensor_type.shape.SetInParent()
    return common
