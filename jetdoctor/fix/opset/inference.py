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


#: Operators that keep type and shape of their first input and that onnx has no inference for.
_LIKE_FIRST_INPUT = set(
    "GroupNormalization MeanVarianceNormalization SimplifiedLayerNormalization SkipLayerNormalization"
    " SkipSimplifiedLayerNormalization Gelu FastGelu BiasGelu QuickGelu".split()
)
#: Operators of ONNX Runtime that keep the element type of their first input.
_TYPED_LIKE_FIRST_INPUT = set(
    "FusedMatMul FusedConv FusedGemm Attention MultiHeadAttention GroupQueryAttention RotaryEmbedding"
    " MatMulNBits NhwcMaxPool BiasSplitGelu BiasAdd GroupNorm".split()
)
#: The same for another input: a scale, or the zero point that has the type of the result.
_TYPED_LIKE = {"DequantizeLinear": 1, "QuantizeLinear": 2, "QLinearConcat": 1, "QLinearAdd": 0, "QLinearMul": 0}
_TYPED_LIKE.update(QLinearLeakyRelu=0, QLinearSigmoid=0, QLinearAveragePool=0, QLinearGlobalAveragePool=0)


def complete(scope: Any, opset: int) -> None:
    """Infer what onnx left open, in graph order: behind an operator that it has no inference for, and in
    the body of a Loop or Scan, where it does not take the declared shapes of the state for granted."""
    for node in scope.nodes:
        for child in scope.children.get(id(node), ()):
            bind_state(scope, node, child)
            complete(child, opset)
        if any(name and _is_vague(scope.types.get(name)) for name in node.output):
            for name, proto in output_types(scope, node, opset).items():
                if _is_vague(scope.types.get(name)) and _has_element(proto):
                    scope.types[name] = proto


def bind_state(scope: Any, node: Any, child: Any) -> None:
    """Types of what a Loop's body takes, where it does not state them: those of what it starts with."""
    from onnx import helper

    if node.op_type != "Loop":
        return
    given = [helper.make_tensor_type_proto(7, []), helper.make_tensor_type_proto(9, [])]
    given += [scope.type(name) for name in node.input[2:]]
    for value, proto in zip(child.proto.input, given):
        if proto is not None and not _has_element(child.types.get(value.name)):
            # A state may grow from round to round, so that only its element type is taken over.
            child.types.update(_typed_like(proto, value.name) or {value.name: proto})


def state_types(scope: Any, node: Any) -> None:
    """Write the types into the subgraphs' inputs and outputs that lack them; onnx's checker wants them."""
    for child in scope.children.get(id(node), ()):
        for value in list(child.proto.input) + list(child.proto.output):
            known = child.types.get(value.name)
            if known is not None and not _has_element(value.type if value.HasField("type") else None):
                value.type.CopyFrom(known)
        for inner in child.nodes:
            state_types(child, inner)


def _is_vague(proto: Any) -> bool:
    if proto is None:
        return True
    return proto.HasField("tensor_type") and not proto.tensor_type.HasField("shape")


def _has_element(proto: Any) -> bool:
    kind = proto.WhichOneof("value") if proto is not None else None
    if kind in ("sequence_type", "optional_type"):
        return _has_element(getattr(proto, kind).elem_type)
    if kind is None:
        return False
    return not proto.HasField("tensor_type") or bool(proto.tensor_type.elem_type)


def output_types(scope: Any, node: Any, opset: int) -> Dict[str, Any]:
    """Types of a node's outputs from the types of its inputs; empty when nothing can be told.

    Where onnx cannot infer the shape, the element type may still follow.
    """
    import onnx

    found = None
    if node.domain in ("", "ai.onnx"):
        opset = opset if schemas.schema(node.op_type, opset) is not None else schemas.newest_opset()
        found = schemas.schema(node.op_type, opset)
    types = {name: scope.type(name) for name in node.input if name}
    first = types.get(node.input[0]) if node.input else None
    if node.op_type in _LIKE_FIRST_INPUT and (found is None or not _is_vague(first)):
        return {} if first is None else {node.output[0]: first}
    if found is None:
        if node.op_type in _TYPED_LIKE:
            index = _TYPED_LIKE[node.op_type]
            like = types.get(node.input[index]) if index < len(node.input) else None
            return _typed_like(like, node.output[0])
        return _typed_like(first, node.output[0]) if node.op_type in _TYPED_LIKE_FIRST_INPUT else {}
    if any(known is None for known in types.values()):
        return _by_type_variables(found, node, types)
    imports = [onnx.helper.make_operatorsetid("", opset)]
    data = {name: tensor for name in types for tensor in [_parameter(scope, name)] if tensor is not None}
    try:
        inferred = onnx.shape_inference.infer_node_outputs(found, node, types, data, opset_imports=imports)
    except Exception:  # onnx.shape_inference.InferenceError, RuntimeError, KeyError by release
        inferred = {}
    inferred = inferred or _by_type_variables(found, node, types)
    return _ranked(node, types, inferred)


def _ranked(node: Any, types: Dict[str, Any], inferred: Dict[str, Any]) -> Dict[str, Any]:
    """The rank that Transpose and Reshape state even where no size is known."""
    name = node.output[0] if node.output else ""
    if node.op_type not in ("Transpose", "Reshape") or not _is_vague(inferred.get(name)) or name not in inferred:
        return inferred
    if node.op_type == "Transpose":
        rank = next((len(a.ints) for a in node.attribute if a.name == "perm"), 0)
    else:
        shape = types.get(node.input[1]) if len(node.input) > 1 else None
        dims = list(shape.tensor_type.shape.dim) if shape is not None else []
        rank = dims[0].dim_value if len(dims) == 1 else 0
    for _ in range(rank):
        inferred[name].tensor_type.shape.dim.add()
    return inferred


def _typed_like(first: Any, name: str) -> Dict[str, Any]:
    """``name`` with the element type of another value, of unknown shape."""
    from onnx import TypeProto

    if first is None or not first.HasField("tensor_type") or not first.tensor_type.elem_type:
        return {}
    proto = TypeProto()
    proto.tensor_type.elem_type = first.tensor_type.elem_type
    return {name: proto}


def _by_type_variables(found: Any, node: Any, types: Dict[str, Any]) -> Dict[str, Any]:
    """Element types of outputs that share a type variable with an input."""
    bound: Dict[str, Any] = {}
    for index, name in enumerate(node.input):
        formal = schemas.formal(found.inputs, index)
        if name and formal is not None and formal.is_homogeneous and types[name] is not None:
            bound.setdefault(formal.type_str, types[name])
    known: Dict[str, Any] = {}
    for index, name in enumerate(node.output):
        formal = schemas.formal(found.outputs, index)
        first = bound.get(formal.type_str) if formal is not None and formal.is_homogeneous else None
        if name:
            known.update(_typed_like(first, name))
    return known


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
