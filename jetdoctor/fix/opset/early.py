"""Operators that a model uses before the opset which defines them, as ONNX Runtime's optimizer writes them."""

from __future__ import annotations

from typing import Any

from jetdoctor.fix.opset import schemas

#: ONNX Runtime's name in the default domain, and the same operator of onnx.
_OTHER_NAMES = {"SimplifiedLayerNormalization": "RMSNormalization"}


def in_onnx(node: Any, opset: int) -> int:
    """The opset that first defines a node's operator when that is above ``opset``, else 0.

    A node under a name of ONNX Runtime's own gets onnx's name.
    """
    if schemas.schema(node.op_type, opset) is not None:
        return 0
    name = _OTHER_NAMES.get(node.op_type, node.op_type)
    for newer in range(opset + 1, schemas.newest_opset() + 1):
        if schemas.schema(name, newer) is not None:
            if len(node.output) > schemas.schema(name, newer).max_output:
                return 0
            node.op_type = name
            return newer
    return 0
