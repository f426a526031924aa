"""The two parts of onnx that an ordinary check needs: its messages and its compiled library.

``import onnx`` also brings numpy, ml_dtypes and protobuf's text formats, which cost more CPU time than the check itself
(docs/speed.md). Both parts are modules of their own and need none of that. A process that belongs to jetdoctor says
``alone()`` and gets them by themselves; in anybody else's, ``onnx`` is imported whole, as everyone expects to find it.
"""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import Any, Dict, Optional, Sequence

_alone = False


def alone() -> None:
    """From now on, load the parts without the package. A later ``import onnx`` takes them over."""
    global _alone
    _alone = True


def messages() -> Any:
    """The module of the protobuf messages: ``ModelProto``, ``TensorProto`` …"""
    return _part("onnx_ml_pb2")


def library() -> Any:
    """The compiled library, with ``defs`` (operators) and ``shape_inference``."""
    return _part("onnx_cpp2py_export")


def newest_ir_version() -> int:
    """The newest IR version that the installed onnx reads."""
    return int(messages().IR_VERSION)


def is_operator(op_type: str, opset: Optional[int] = None) -> bool:
    """Whether the default domain has the operator, at any opset or at this one."""
    has = library().defs.has_schema
    return bool(has(op_type) if opset is None else has(op_type, opset, ""))


def schema(op_type: str, opset: Optional[int] = None) -> Any:
    """``onnx.defs.OpSchema`` of an operator of the default domain that ``is_operator``."""
    get = library().defs.get_schema
    return get(op_type, "") if opset is None else get(op_type, opset, "")


def tensor_type(number: int, shape: Sequence[Any]) -> Any:
    """TypeProto of a tensor; ``number`` is its data type, ``shape`` has sizes, symbols and None."""
    made = messages().TypeProto()
    made.tensor_type.elem_type = number
    made.tensor_type.shape.SetInParent()
    for size in shape:
        dim = made.tensor_type.shape.dim.add()
        if isinstance(size, str):
            dim.dim_param = size
        elif size is not None:
            dim.dim_value = size
    return made


def output_types(
    schema: Any, node: Any, types: Dict[str, Any], data: Dict[str, Any], opset: int, ir_version: int = 8
) -> Dict[str, Any]:
    """TypeProtos of the outputs of one node, as ``onnx.shape_inference.infer_node_outputs`` tells them.

    ``types`` and ``data`` are TypeProtos and TensorProtos by name. Raises what onnx raises.
    """
    if not schema.has_type_and_shape_inference_function:
        return {}
    given = {name: type_.SerializeToString() for name, type_ in types.items()}
    known = {name: tensor.SerializeToString() for name, tensor in data.items()}
    found = schema._infer_node_outputs(node.SerializeToString(), given, known, {}, {"": opset}, ir_version)
    read = messages().TypeProto.FromString
    return {name: read(type_) for name, type_ in found.items()}


def _part(name: str) -> Any:
    full = "onnx." + name
    if full in sys.modules:
        return sys.modules[full]
    return _load(full) if _alone else importlib.import_module(full)


def _load(full: str) -> Any:
    """A submodule of onnx, without running the package's own ``__init__``."""
    package = find_spec("onnx")
    spec = PathFinder.find_spec(full, package.submodule_search_locations) if package is not None else None
    if spec is None or spec.loader is None:  # no onnx at all, or one that is laid out in another way
        return importlib.import_module(full)
    module = module_from_spec(spec)
    sys.modules[full] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[full]
        raise
    return module
