"""Type protos as the strings of operator schemas, and numpy types of element types."""

from __future__ import annotations

from typing import Any, Optional

from jetdoctor.graph import DTYPE_NAMES

_SPELLED = {"FLOAT": "float", "DOUBLE": "double"}


def element_string(number: int) -> str:
    """``1 -> "float"``, ``7 -> "int64"``: an element type as schemas spell it."""
    name = DTYPE_NAMES.get(number, "undefined")
    return _SPELLED.get(name, name.lower())


def type_string(proto: Any) -> Optional[str]:
    """``"tensor(float)"``, ``"seq(tensor(int64))"`` …; None when the type is not (fully) known."""
    kind = proto.WhichOneof("value") if proto is not None else None
    if kind in ("tensor_type", "sparse_tensor_type"):
        number = getattr(proto, kind).elem_type
        wrapper = "tensor" if kind == "tensor_type" else "sparse_tensor"
        return "%s(%s)" % (wrapper, element_string(number)) if number else None
    if kind in ("sequence_type", "optional_type"):
        inner = type_string(getattr(proto, kind).elem_type)
        wrapper = "seq" if kind == "sequence_type" else "optional"
        return None if inner is None else "%s(%s)" % (wrapper, inner)
    if kind == "map_type":
        inner = type_string(proto.map_type.value_type)
        key = element_string(proto.map_type.key_type)
        return None if inner is None else "map(%s, %s)" % (key, inner)
    return None


def numpy_dtype(number: int) -> Any:
    """numpy dtype of an ONNX element type number (bfloat16 and narrower come from ml_dtypes)."""
    from onnx import helper

    return helper.tensor_dtype_to_np_dtype(number)
