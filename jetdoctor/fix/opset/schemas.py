"""Operator schemas of the installed onnx, by operator and opset, and what they allow."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, FrozenSet, Optional


@lru_cache(maxsize=None)
def schema(op_type: str, opset: int) -> Any:
    """The operator's OpSchema in force at an opset of the default domain; None when there is none."""
    from onnx import defs

    try:
        return defs.get_schema(op_type, opset, "")
    except Exception:  # onnx raises SchemaError, whose home moved between releases
        return None


@lru_cache(maxsize=None)
def since(op_type: str, opset: int) -> Optional[int]:
    """The opset that defined the version in force at ``opset``; None for an unknown operator."""
    found = schema(op_type, opset)
    return None if found is None else found.since_version


@lru_cache(maxsize=None)
def usable(op_type: str, opset: int) -> bool:
    """Whether a node of this operator is legal at an opset (it exists and is not deprecated)."""
    found = schema(op_type, opset)
    return found is not None and not found.deprecated


@lru_cache(maxsize=None)
def allowed_types(op_type: str, opset: int, parameter: str) -> FrozenSet[str]:
    """Type strings ("tensor(float)") that a type parameter, or a literal type, stands for."""
    for constraint in schema(op_type, opset).type_constraints:
        if constraint.type_param_str == parameter:
            return frozenset(constraint.allowed_type_strs)
    return frozenset([parameter])


def formal(parameters: Any, index: int) -> Any:
    """The formal input or output at a position (the last one when it is variadic), else None."""
    if index < len(parameters):
        return parameters[index]
    if parameters and str(parameters[-1].option).endswith("Variadic"):
        return parameters[-1]
    return None


def newest_opset() -> int:
    """Newest opset of the default domain that the installed onnx knows."""
    from onnx import defs

    return int(defs.onnx_opset_version())
