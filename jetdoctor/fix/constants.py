"""Values that follow from constants and known sizes, computed without running the network.

Sizes that are not known are carried through Gather, Concat and the like as markers, so that
``Shape(x)[1]`` is known when dim 1 is, whatever the batch.
"""

from __future__ import annotations

import os
from typing import Any, Dict, List, Optional, Tuple

from jetdoctor.graph import DEFAULT_DOMAINS, Dim, Node, Value, tensor_has_data

#: values above this many elements are not computed: they would only bloat the file
LARGEST = 1 << 24
_UNKNOWN = -(1 << 62)  # unknown sizes are this and the numbers below it
#: operators that only move elements, so that a marker goes through unharmed
_MOVERS = frozenset("Identity Gather Slice Concat Squeeze Unsqueeze Reshape Flatten Split Transpose".split())


class Evaluator:
    """Computes values of one model and remembers what it computed."""

    def __init__(self) -> None:
        self._known: Dict[Tuple[int, str], Any] = {}
        self._markers: List[Dim] = []  # the size that a marker stands for: a symbol, or None

    def array(self, value: Value) -> Any:
        """numpy array of ``value`` when every element is known at this point, else None."""
        array = self.value(value)
        return None if array is None or _has_marker(array) else array

    def elements(self, value: Value) -> Optional[List[Dim]]:
        """Elements of a vector of sizes: numbers, symbols of sizes that are not fixed, None for what is not known."""
        array = self.value(value)
        if array is None or array.ndim != 1 or array.dtype.kind != "i":
            return None
        return [int(n) if n > _UNKNOWN else self._markers[_UNKNOWN - int(n)] for n in array]

    def value(self, value: Value) -> Any:
        """Array with markers where a size is unknown; None when it cannot be computed."""
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
        if node.op_type in ("Shape", "Size"):
            return self._sizes(node)
        if node.op_type.startswith(("Random", "Multinomial", "Bernoulli")) or not _small(node):
            return None
        feeds = {}
        for index, name in enumerate(node.inputs):
            if name:
                feeds[name] = self.value(node.input(index))
                if feeds[name] is None or (node.op_type not in _MOVERS and _has_marker(feeds[name])):
                    return None
        return _run(node, feeds)

    def _sizes(self, node: Node) -> Optional[Dict[str, Any]]:
        import numpy as np

        shape = node.input(0).shape
        if shape is None or (node.op_type == "Size" and node.input(0).static_shape is None):
            return None
        sizes = []
        for dim in shape:
            sizes.append(dim if isinstance(dim, int) else self._marker(dim))
        if node.op_type == "Size":
            return {node.outputs[0]: np.asarray(np.prod(sizes, dtype=np.int64), dtype=np.int64)}
        start, end = node.attr("start", 0), node.attr("end", None)
        return {node.outputs[0]: np.asarray(sizes[start:end], dtype=np.int64)}

    def _marker(self, dim: Dim) -> int:
        if dim is None or dim not in self._markers:
            self._markers.append(dim)
            return _UNKNOWN - len(self._markers) + 1
        return _UNKNOWN - self._markers.index(dim)


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


def _small(node: Node) -> bool:
    for index, _ in enumerate(node.outputs):
        size = 1
        for dim in node.output(index).static_shape or ():
            size *= dim
        if size > LARGEST:
            return False
    return True


def _has_marker(array: Any) -> bool:
    import numpy as np

    return bool(array.dtype == np.int64 and array.size and (array <= _UNKNOWN).any())


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
