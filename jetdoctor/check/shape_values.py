"""Small integers that follow from constants and known shapes: axes or sizes that a model computes for itself.

Only what shape arithmetic is made of, in numpy; anything else is unknown. Nothing is read from external data.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional

from jetdoctor.graph import DEFAULT_DOMAINS, Node, Value

#: Steps from a value back to its constants that are followed.
_DEEPEST = 64


def known_array(value: Value, depth: int = 0) -> Any:
    """numpy array of a constant, or of shape arithmetic over constants and static shapes; else None."""
    array = value.array()
    if array is not None:
        return array
    node = value.producer
    if node is None or depth > _DEEPEST or node.domain not in DEFAULT_DOMAINS or node.outputs[0] != value.name:
        return None
    if node.op_type in ("Shape", "Size"):
        return _sizes(node)
    compute = _COMPUTE.get(node.op_type)
    if compute is None:
        return None
    inputs: List[Any] = []
    for index, name in enumerate(node.inputs):
        found = known_array(node.input(index), depth + 1) if name else None
        if name and (found is None or found.dtype.kind not in "iu"):
            return None
        inputs.append(found)
    try:
        return compute(node, inputs)
    except (IndexError, TypeError, ValueError, ZeroDivisionError):  # malformed: simply not known
        return None


def _sizes(node: Node) -> Any:
    import numpy as np

    shape = node.input(0).static_shape
    if shape is None:
        return None
    if node.op_type == "Size":
        return np.asarray(np.prod(shape, dtype=np.int64), dtype=np.int64)
    return np.asarray(shape[node.attr("start", 0) : node.attr("end")], dtype=np.int64)


def _axes(node: Node, inputs: List[Any]) -> Optional[List[int]]:
    given = node.attr("axes")
    if given is None and len(inputs) > 1 and inputs[1] is not None:
        given = inputs[1].reshape(-1)
    return None if given is None else [int(axis) for axis in given]


def _unsqueeze(node: Node, inputs: List[Any]) -> Any:
    import numpy as np

    axes = _axes(node, inputs) or []
    rank = inputs[0].ndim + len(axes)
    return np.expand_dims(inputs[0], tuple(sorted(axis % rank for axis in axes)))


def _squeeze(node: Node, inputs: List[Any]) -> Any:
    import numpy as np

    axes = _axes(node, inputs)
    return np.squeeze(inputs[0], axis=None if axes is None else tuple(axes))


def _concat(node: Node, inputs: List[Any]) -> Any:
    import numpy as np

    return np.concatenate(inputs, axis=node.attr("axis", 0))


def _gather(node: Node, inputs: List[Any]) -> Any:
    import numpy as np

    return np.take(inputs[0], inputs[1], axis=node.attr("axis", 0))


def _range(node: Node, inputs: List[Any]) -> Any:
    import numpy as np

    start, limit, delta = (int(item) for item in inputs)
    return np.arange(start, limit, delta, dtype=inputs[0].dtype)[:_DEEPEST]


def _cast(node: Node, inputs: List[Any]) -> Any:
    return inputs[0] if node.attr("to") in (6, 7) else None  # INT32, INT64


_COMPUTE: Dict[str, Callable[[Node, List[Any]], Any]] = {
    "Add": lambda node, inputs: inputs[0] + inputs[1],
    "Cast": _cast,
    "Concat": _concat,
    "Gather": _gather,
    "Identity": lambda node, inputs: inputs[0],
    "Mul": lambda node, inputs: inputs[0] * inputs[1],
    "Neg": lambda node, inputs: -inputs[0],
    "Range": _range,
    "Squeeze": _squeeze,
    "Sub": lambda node, inputs: inputs[0] - inputs[1],
    "Unsqueeze": _unsqueeze,
}
