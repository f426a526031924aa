"""Arrays of whatever follows from constants and known sizes, weights too, for those who change a model.

Shape arithmetic is worked out by ``partly_known``, anything else by onnx's reference evaluator.
"""

from __future__ import annotations

import math
import os
import pickle
import threading
from typing import Any, Callable, Dict, List, Optional, Tuple, TypeVar

from jetdoctor.child import forked
from jetdoctor.constants.arithmetic import OPERATORS
from jetdoctor.constants.partly_known import PartlyKnown
from jetdoctor.constants.small import Small
from jetdoctor.graph import DEFAULT_DOMAINS, MOVERS, Dim, Node, Value, tensor_has_data

#: values above this many elements are not computed: they would only bloat the file
LARGEST = 1 << 24

#: Limits of what is computed in a fork: seconds of CPU, and bytes of memory more than this process has.
TIME_LIMIT = 10.0
SPARE_MEMORY = 1 << 30

#: Operators that the evaluator computes in about the time that copying their inputs takes, by numpy as a whole.
_QUICK = OPERATORS | MOVERS | frozenset("DequantizeLinear Exp Log Mean QuantizeLinear Relu Sum Tanh Xor".split())
_QUICK -= {"GatherElements", "GatherND"}

#: Elements, of inputs and outputs together, of which no other operator makes much work, but Einsum.
_FEW = 256

Found = TypeVar("Found")


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

    def run() -> Optional[Dict[str, Any]]:
        try:
            return dict(zip(names, ReferenceEvaluator(model).run(None, feeds)))
        except Exception:  # an operator or type that the evaluator lacks: simply not folded
            return None

    return run() if _is_quick(node, feeds) else in_time(run)


def in_time(work: Callable[[], Found]) -> Optional[Found]:
    """What ``work`` returns, None when it takes too much time or memory, or crashes.

    It runs in a fork; here where there is none, or where a fork would hold the locks of other threads.
    """
    if not forked.AVAILABLE or threading.active_count() > 1:
        return work()
    answer = forked.call(lambda: pickle.dumps(work(), protocol=4), TIME_LIMIT, SPARE_MEMORY)
    return None if answer.trouble else pickle.loads(answer.data)


def _is_quick(node: Node, feeds: Dict[str, Any]) -> bool:
    """Whether a look at the operator and the sizes tells that it is computed in no time."""
    sizes = [node.output(index).static_shape for index, _ in enumerate(node.outputs)]
    if any(shape is None for shape in sizes):
        return False
    if node.op_type in _QUICK:
        return True
    elements = sum(array.size for array in feeds.values()) + sum(math.prod(shape or ()) for shape in sizes)
    return node.op_type != "Einsum" and elements <= _FEW


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
