"""Small constants: what axes, shapes, scales and limits are when they follow from constants alone.

Exporters give such inputs through Constant, Identity, Shape -> Gather -> Concat and the like. An
unknown element is None inside an object array, so that one static dim of a dynamic shape is still found.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional

_LIMIT = 1 << 16  # elements; larger tensors are weights, not parameters
_DEPTH = 40
_EXTERNAL = 1


def constant(scope: Any, name: str) -> Any:
    """numpy array of ``name`` as seen from ``scope``, None when any element depends on an input."""
    found = _value(scope, name, 0)
    if found is None or (found.dtype == object and any(item is None for item in found.flat)):
        return None
    return found.astype("int64") if found.dtype == object else found


def elements(scope: Any, name: str) -> Optional[List[Any]]:
    """Elements of a vector of sizes, None for each that is not known; None when nothing is."""
    found = _value(scope, name, 0)
    return None if found is None or found.ndim != 1 or found.dtype.kind not in "iO" else list(found)


def _value(scope: Any, name: str, depth: int) -> Any:
    home = scope.home(name) if name else None
    if home is None or depth > _DEPTH:
        return None
    if name in home.initializers:
        return array(home.initializers[name])
    node = home.producers.get(name)
    if node is None or node.domain not in ("", "ai.onnx"):
        return None
    if node.op_type == "Constant":
        return array(constant_tensor(node))
    if node.op_type in ("Shape", "Size"):
        return _shape(home, node)
    rule = _RULES.get(node.op_type)
    if rule is None or name != node.output[0]:
        return None
    values = [_value(home, given, depth + 1) if given else None for given in node.input]
    if any(value is None for value, given in zip(values, node.input) if given):
        return None
    return _applied(rule, values, _attributes(node))


def _applied(rule: Callable[..., Any], values: List[Any], attributes: Dict[str, Any]) -> Any:
    import numpy as np

    try:
        with np.errstate(all="ignore"):
            found = np.asarray(rule(np, values, attributes))
    except (TypeError, ValueError, IndexError, KeyError, ZeroDivisionError, OverflowError):
        return None  # an unknown element took part, or the model is malformed: nothing is claimed
    return found if found.size <= _LIMIT else None


def array(tensor: Any, limit: Optional[int] = _LIMIT) -> Any:
    """numpy array of a TensorProto; None when it is not at hand, or has more than ``limit`` elements."""
    from onnx import numpy_helper

    if tensor is None or tensor.data_location == _EXTERNAL:
        return None
    size = 1
    for dim in tensor.dims:
        size *= dim
    if limit is not None and size > limit:
        return None
    try:
        return numpy_helper.to_array(tensor)
    except (ValueError, TypeError, KeyError):
        return None


def constant_tensor(node: Any) -> Any:
    """TensorProto of a Constant node, from whichever attribute it is written in; None for sparse ones."""
    from onnx import helper

    kinds = {"value_int": 7, "value_ints": 7, "value_float": 1, "value_floats": 1, "value_string": 8}
    kinds["value_strings"] = 8
    for attribute in node.attribute:
        if attribute.name == "value" and attribute.type == 4 and not attribute.ref_attr_name:
            return attribute.t
        if attribute.name in kinds and not attribute.ref_attr_name:
            value = helper.get_attribute_value(attribute)
            many = attribute.name.endswith("s")
            items = list(value) if many else [value]
            return helper.make_tensor("", kinds[attribute.name], [len(items)] if many else [], items)
    return None


def _attributes(node: Any) -> Dict[str, Any]:
    from onnx import helper

    return {a.name: helper.get_attribute_value(a) for a in node.attribute if not a.ref_attr_name}


def _shape(scope: Any, node: Any) -> Any:
    import numpy as np

    proto = scope.type(node.input[0])
    dims = dims_of(proto)
    if dims is None:
        return None
    if node.op_type == "Size":
        return None if None in dims else np.asarray(int(np.prod(dims, dtype="int64")))
    attributes = _attributes(node)
    dims = dims[attributes.get("start", 0) : attributes.get("end", None)]
    return np.array(dims, dtype=object if None in dims else "int64").reshape(len(dims))


def dims_of(proto: Any) -> Optional[List[Any]]:
    """Dims of a tensor type, None for each one that is not a known size; None without a rank."""
    if proto is None or proto.WhichOneof("value") != "tensor_type" or not proto.tensor_type.HasField("shape"):
        return None
    dims = proto.tensor_type.shape.dim
    return [d.dim_value if d.WhichOneof("value") == "dim_value" else None for d in dims]


def _axes(values: List[Any], attributes: Dict[str, Any]) -> Any:
    if len(values) > 1 and values[1] is not None:
        return tuple(int(axis) for axis in values[1])
    return tuple(attributes["axes"]) if "axes" in attributes else None


def _unsqueeze(np: Any, v: List[Any], a: Dict[str, Any]) -> Any:
    rank = v[0].ndim + len(_axes(v, a))
    array = v[0]
    for axis in sorted(axis % rank for axis in _axes(v, a)):
        array = np.expand_dims(array, axis)
    return array


def _slice(np: Any, v: List[Any], a: Dict[str, Any]) -> Any:
    starts, ends = (v[1], v[2]) if len(v) > 2 else (a["starts"], a["ends"])
    axes = v[3] if len(v) > 3 and v[3] is not None else a.get("axes", range(len(starts)))
    steps = v[4] if len(v) > 4 and v[4] is not None else [1] * len(starts)
    index = [slice(None)] * v[0].ndim
    for axis, first, last, stride in zip(axes, starts, ends, steps):
        stop = int(last)
        # A negative stride runs to the very beginning when its end lies before the first element.
        before_first = stride < 0 and stop < -v[0].shape[axis]
        index[axis] = slice(int(first), None if before_first else stop, int(stride))
    return v[0][tuple(index)]


def _cast(np: Any, v: List[Any], a: Dict[str, Any]) -> Any:
    from jetdoctor.fix.opset.element_types import numpy_dtype

    if v[0].dtype == object:
        return v[0] if a["to"] in (6, 7) else None
    return v[0].astype(numpy_dtype(a["to"]))


def _divide(np: Any, v: List[Any], a: Dict[str, Any]) -> Any:
    if v[0].dtype.kind not in "iu":
        return v[0] / v[1]
    # ONNX integer division truncates, numpy's rounds down.
    return (np.sign(v[0]) * np.sign(v[1]) * (abs(v[0]) // abs(v[1]))).astype(v[0].dtype)


def _reshape(np: Any, v: List[Any], a: Dict[str, Any]) -> Any:
    shape = [
        v[0].shape[i] if size == 0 and not a.get("allowzero") else int(size) for i, size in enumerate(v[1])
    ]
    return v[0].reshape(shape)


def _filled(np: Any, v: List[Any], a: Dict[str, Any]) -> Any:
    if np.prod(v[0].astype("int64"), dtype="float64") > _LIMIT:
        return None
    fill = array(a["value"]) if "value" in a else np.zeros(1, "float32")
    return np.full(tuple(v[0].astype("int64")), fill[0], fill.dtype)


def _range(np: Any, v: List[Any], a: Dict[str, Any]) -> Any:
    start, limit, delta = (value.reshape(()) for value in v)
    return None if abs((limit - start) / delta) > _LIMIT else np.arange(start, limit, delta, dtype=v[0].dtype)


_RULES: Dict[str, Callable[..., Any]] = {
    "Identity": lambda np, v, a: v[0],
    "Gather": lambda np, v, a: np.take(v[0], v[1].astype("int64"), axis=a.get("axis", 0)),
    "Concat": lambda np, v, a: np.concatenate(v, axis=a["axis"]),
    "Unsqueeze": _unsqueeze,
    "Squeeze": lambda np, v, a: np.squeeze(v[0], axis=_axes(v, a)),
    "Slice": _slice,
    "Cast": _cast,
    "Reshape": _reshape,
    "Transpose": lambda np, v, a: np.transpose(v[0], a.get("perm")),
    "Add": lambda np, v, a: v[0] + v[1],
    "Sub": lambda np, v, a: v[0] - v[1],
    "Mul": lambda np, v, a: v[0] * v[1],
    "Div": _divide,
    "Neg": lambda np, v, a: -v[0],
    "ReduceProd": lambda np, v, a: v[0].prod(axis=_axes(v, a), keepdims=bool(a.get("keepdims", 1))),
    "ConstantOfShape": _filled,
    "Range": _range,
    "Equal": lambda np, v, a: None if object in (v[0].dtype, v[1].dtype) else v[0] == v[1],
    "Where": lambda np, v, a: np.where(v[0], v[1], v[2]),
}
