"""Arrays of whatever follows from constants and known sizes, weights too, for those who change a model.

Shape arithmetic is worked out by ``partly_known``, anything else by onnx's reference evaluator.
"""

from __future__ import annotations

import os
from typing import Any, Dict, List, Optional, Tuple

from jetdoctor.constants.partly_known import PartlyKnown
from jetdoctor.constants.small import Small
from jetdoctor.graph import DEFAULT_DOMAINS, Dim, Node, Value, tensor_has_data

#: values above this many elements are not computed: they would only bloat the file
LARGEST = 1 << 24


class Evaluator:
    """Computes values of one model and remembers what it computed."""

    def __init__(self) -> None:
        self._known: Dict[Tuple[int, str], Any] = {}
        self._partly = PartlyKnown()

    def elements(self, value: Value) -> Optional[List[Dim]]:
        """Elements of a vector of sizes: numbers, symbols of sizes that are not fixed, None for what is not known."""
        return self._partly.elements(value)

    def array(self, value: Value) -> Any:
        """numpy array of ``value`` when every element is known at this point, else None."""
        tensor = value.initializer
        if tensor is not None:
            return _tensor_array(tensor, value)
        node = value.producer
        if node is None or node.domain not in DEFAULT_DOMAINS or node.subgraphs:
            return None
        key = (id(node), value.name)  # a name may stand for different values in two branches
        if key not in self._known:
            self._known[key] = None  # guards against circles
            found = self._outputs(node) or {}
            self._known.update(((id(node), name), found.get(name)) for name in node.outputs)
        return self._known[key]

    def _outputs(self, node: Node) -> Optional[Dict[str, Any]]:
        if node.op_type == "Constant":
            tensor = node.constant_tensor()
            return None if tensor is None else {node.outputs[0]: _tensor_array(tensor, node.output())}
        small = self._partly.known(node.output())
        if small is not None:
            return {node.outputs[0]: array_of(small)}
        unsettled = node.op_type.startswith(("Random", "Multinomial", "Bernoulli")) or node.op_type in ("Shape", "Size")
        if unsettled or not _is_small(node):
            return None
        feeds = {name: self.array(node.input(index)) for index, name in enumerate(node.inputs) if name}
        return None if any(array is None for array in feeds.values()) else _run(node, feeds)


def array_of(small: Small) -> Any:
    """numpy array of a small one whose elements are all known."""
    import numpy as np
    from onnx import helper

    return np.array(small.flat, helper.tensor_dtype_to_np_dtype(small.dtype)).reshape(small.shape)


def _run(node: Node, feeds: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    from onnx import ModelProto
    from onnx.reference import ReferenceEvaluator

    names = [name for name in node.outputs if name]
    model = ModelProto(ir_version=8)  # a bare node would be read by the newest opset
    model.opset_import.add(domain="", version=_version(node))
    model.graph.node.add().CopyFrom(node.proto)
    for field, values in ((model.graph.input, feeds), (model.graph.output, names)):
        for name in values:
            field.add(name=name)
    try:
        outputs = ReferenceEvaluator(model).run(None, feeds)
    except Exception:  # an operator or type that the evaluator lacks: simply not folded
        return None
    return dict(zip(names, outputs))


def _version(node: Node) -> int:
    """Opset that the node is computed in: the evaluator has Q and DQ from 19 on, which only added types."""
    older = node.op_type in ("QuantizeLinear", "DequantizeLinear") and node.opset < 19
    return 19 if older else node.opset


def _is_small(node: Node) -> bool:
    for index, _ in enumerate(node.outputs):
        size = 1
        for dim in node.output(index).static_shape or ():
            size *= dim
        if size > LARGEST:
            return False
    return True


def _tensor_array(tensor: Any, value: Value) -> Any:
    from onnx import TensorProto, external_data_helper, numpy_helper

    if tensor.data_location == TensorProto.EXTERNAL and value.graph.model.path:
        copy = TensorProto()
        copy.CopyFrom(tensor)
        base = os.path.dirname(os.path.abspath(value.graph.model.path))
        try:
            external_data_helper.load_external_data_for_tensor(copy, base)
        except (OSError, ValueError):
            return None
        tensor = copy
    return numpy_helper.to_array(tensor) if tensor_has_data(tensor) else None
