"""What the operators of shape arithmetic compute, in numpy: ``compute(node, inputs)`` gives the first output.

An absent input is None; a result of None is one that is not known, or of more elements than sizes ever have: those are
counted before anything is computed.
"""

from __future__ import annotations

import math
from typing import Any, Callable, Dict, List, Optional

from jetdoctor import tensors
from jetdoctor.graph import Node

#: Elements of an array that is still shape arithmetic: pads of a high rank, window indices of a small image.
LARGEST = 1 << 12

#: Elements that are kept of all values of a model; exporters' shape arithmetic has some thousands.
MOST_KEPT = 1 << 22

#: What ``COMPUTE`` raises on nodes and arrays that are not as ONNX wants them: an input that is left out, an axis that
#: there is not, numbers beyond their type.
MALFORMED = (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError)

#: numpy types by the number that Cast asks for: what shapes are computed in
_CAST = {1: "float32", 6: "int32", 7: "int64", 9: "bool", 11: "float64"}


def axes_of(node: Node, inputs: List[Any]) -> Optional[List[int]]:
    """Axes of the node, from its attribute or from the array of its second input; None when none are given."""
    given = node.attr("axes")
    if given is None and len(inputs) > 1 and inputs[1] is not None:
        given = inputs[1].reshape(-1)
    return None if given is None else [int(axis) for axis in given]


def _unsqueeze(node: Node, inputs: List[Any]) -> Any:
    import numpy as np

    axes = axes_of(node, inputs) or []
    rank = inputs[0].ndim + len(axes)
    return np.expand_dims(inputs[0], tuple(sorted(axis % rank for axis in axes)))


def _squeeze(node: Node, inputs: List[Any]) -> Any:
    import numpy as np

    axes = axes_of(node, inputs)
    return np.squeeze(inputs[0], axis=None if axes is None else tuple(axes))


def _reduce(node: Node, inputs: List[Any]) -> Any:
    import numpy as np

    function = getattr(np, node.op_type[len("Reduce") :].lower())
    axes, keep = axes_of(node, inputs), bool(node.attr("keepdims", 1))
    reduced = function(inputs[0], axis=None if axes is None else tuple(axes), keepdims=keep)
    return np.asarray(reduced, dtype=inputs[0].dtype)


def _clip(node: Node, inputs: List[Any]) -> Any:
    import numpy as np

    limits = inputs[1:3] + [None, None]
    low, high = node.attr("min", limits[0]), node.attr("max", limits[1])
    return inputs[0] if low is None and high is None else np.clip(inputs[0], low, high).astype(inputs[0].dtype)


def _pow(node: Node, inputs: List[Any]) -> Any:
    import numpy as np

    return np.power(inputs[0], inputs[1]).astype(inputs[0].dtype)


def _concat(node: Node, inputs: List[Any]) -> Any:
    import numpy as np

    return np.concatenate(inputs, axis=node.attr("axis", 0))


def _gather(node: Node, inputs: List[Any]) -> Any:
    import numpy as np

    return np.take(inputs[0], inputs[1], axis=node.attr("axis", 0))


def _range(node: Node, inputs: List[Any]) -> Any:
    import numpy as np

    start, limit, delta = (item.reshape(-1)[0].item() for item in inputs)  # Python's numbers: they do not overflow
    return np.arange(start, limit, delta, dtype=inputs[0].dtype) if (limit - start) / delta <= LARGEST else None


def _cast(node: Node, inputs: List[Any]) -> Any:
    wanted = _CAST.get(node.attr("to"))
    return None if wanted is None else inputs[0].astype(wanted)


def _div(node: Node, inputs: List[Any]) -> Any:
    import numpy as np

    left, right = inputs
    if left.dtype.kind == "f":
        return left / right
    return (np.sign(left) * np.sign(right) * (np.abs(left) // np.abs(right))).astype(left.dtype)  # towards zero


def _constant_of_shape(node: Node, inputs: List[Any]) -> Any:
    import numpy as np

    tensor, sizes = node.attr("value"), [int(size) for size in inputs[0]]
    fill = np.zeros(1, np.float32) if tensor is None else tensors.array(tensor)
    return np.full(sizes, fill.reshape(-1)[0], dtype=fill.dtype) if math.prod(sizes) <= LARGEST else None


def _expand(node: Node, inputs: List[Any]) -> Any:
    import numpy as np

    shape = np.broadcast_shapes(inputs[0].shape, tuple(int(size) for size in inputs[1]))
    return np.broadcast_to(inputs[0], shape) if math.prod(shape) <= LARGEST else None


def _reshape(node: Node, inputs: List[Any]) -> Any:
    sizes = [int(size) for size in inputs[1]]
    if not node.attr("allowzero", 0):
        sizes = [inputs[0].shape[axis] if size == 0 else size for axis, size in enumerate(sizes)]
    return inputs[0].reshape(sizes)


def _slice(node: Node, inputs: List[Any]) -> Any:
    given = list(inputs[1:]) if len(inputs) > 2 else [node.attr(name) for name in ("starts", "ends", "axes")]
    starts, ends, axes, steps = (given + [None, None])[:4]
    axes, steps = range(len(starts)) if axes is None else axes, [1] * len(starts) if steps is None else steps
    found = [slice(None)] * inputs[0].ndim
    for axis, start, end, step in zip(axes, starts, ends, steps):
        size, backwards = inputs[0].shape[int(axis)], int(step) < 0
        past = int(end) + size < 0 if backwards else False  # an end before the first element takes it too
        found[int(axis)] = slice(int(start), None if past else int(end), int(step))
    return inputs[0][tuple(found)]


def _where(node: Node, inputs: List[Any]) -> Any:
    import numpy as np

    return np.where(inputs[0], inputs[1], inputs[2])


def _numpy(name: str) -> Callable[[Node, List[Any]], Any]:
    def compute(node: Node, inputs: List[Any]) -> Any:
        import numpy as np

        function, result = getattr(np, name), inputs[0]
        if len(inputs) == 1:
            return function(result)
        for other in inputs[1:]:
            result = function(result, other)
        return result

    return compute


def compute(node: Node, inputs: List[Any]) -> Any:
    """The first output of a node of ``OPERATORS``, or None. Raises one of ``MALFORMED``."""
    return _COMPUTE[node.op_type](node, inputs) if _elements(node, inputs) <= LARGEST else None


def _elements(node: Node, inputs: List[Any]) -> int:
    """At most how many elements the result has; operators that make lengths of values count for themselves."""
    given = [array for array in inputs if array is not None]
    if node.op_type == "Concat":
        return sum(array.size for array in given)
    if node.op_type == "Gather":
        data, indices = given
        return int(indices.size) * (data.size // max(1, data.shape[node.attr("axis", 0)]))
    if node.op_type not in _BY_ELEMENT:
        return 0
    import numpy as np

    return math.prod(np.broadcast_shapes(*(array.shape for array in given)))


_COMPUTE: Dict[str, Callable[[Node, List[Any]], Any]] = {
    "Cast": _cast,
    "Clip": _clip,
    "Concat": _concat,
    "ConstantOfShape": _constant_of_shape,
    "Div": _div,
    "Expand": _expand,
    "Gather": _gather,
    "Identity": lambda node, inputs: inputs[0],
    "Mod": lambda node, inputs: None if node.attr("fmod", 0) else inputs[0] % inputs[1],
    "Pow": _pow,
    "Range": _range,
    "ReduceMax": _reduce,
    "ReduceMin": _reduce,
    "ReduceProd": _reduce,
    "ReduceSum": _reduce,
    "Reshape": _reshape,
    "Slice": _slice,
    "Squeeze": _squeeze,
    "Transpose": lambda node, inputs: inputs[0].transpose(node.attr("perm")),
    "Unsqueeze": _unsqueeze,
    "Where": _where,
    **{
        op_type: _numpy(function)
        for op_type, function in (
            ("Abs", "abs"), ("Add", "add"), ("And", "logical_and"), ("Ceil", "ceil"), ("Equal", "equal"),
            ("Floor", "floor"), ("Greater", "greater"), ("GreaterOrEqual", "greater_equal"), ("Less", "less"),
            ("LessOrEqual", "less_equal"), ("Max", "maximum"), ("Min", "minimum"), ("Mul", "multiply"),
            ("Neg", "negative"), ("Not", "logical_not"), ("Or", "logical_or"), ("Reciprocal", "reciprocal"),
            ("Round", "round"), ("Sqrt", "sqrt"), ("Sub", "subtract"),
        )
    },
}  # fmt: skip

#: What ``compute`` knows.
OPERATORS = frozenset(_COMPUTE)

#: Operators whose inputs are broadcast to one shape.
_BY_ELEMENT = frozenset(
    "Add And Clip Div Equal Greater GreaterOrEqual Less LessOrEqual Max Min Mod Mul Or Pow Sub Where".split()
)
