"""What the operators of shape arithmetic compute: ``compute(node, inputs)`` gives the first output.

An absent input is None; a result of None is one that is not known, or of more elements than sizes ever have: those are
counted before anything is computed.
"""

from __future__ import annotations

import math
import operator
from functools import reduce
from typing import Any, Callable, Dict, Optional, Sequence, Tuple

from jetdoctor.constants import moving, small
from jetdoctor.constants.moving import Inputs
from jetdoctor.constants.small import LARGEST, Element, Small, fitting
from jetdoctor.graph import Node

#: What ``compute`` raises on nodes and arrays that are not as ONNX wants them: an input that is left out, an axis that
#: there is not, a size that is not known.
MALFORMED = (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError)

#: Data types that Cast gives where shapes are computed.
_CAST = frozenset((small.FLOAT, 6, small.INT64, small.BOOL, small.DOUBLE))

#: Elements that one operator of any number of inputs goes through.
_MOST_STEPS = 1 << 16

#: Bits of the widest integer.
_WIDEST = 64


def _reduced(function: Callable[[Sequence[Any]], Any]) -> Callable[[Node, Small, Inputs], Optional[Small]]:
    def compute(node: Node, data: Small, inputs: Inputs) -> Optional[Small]:
        rank, axes = len(data.shape), moving.axes_of(node, inputs)
        if not axes:
            axes = [] if node.attr("noop_with_empty_axes", 0) else list(range(rank))
        gone, own = {moving.axis_in(axis, rank) for axis in axes}, small.offsets(data.shape)
        starts = small.positions([one for axis, one in enumerate(own) if axis not in gone])
        steps = small.positions([one for axis, one in enumerate(own) if axis in gone])
        groups = [[data.flat[start + step] for step in steps] for start in starts]
        flat = [fitting(data.dtype, function(group)) if _all_known(group) else None for group in groups]
        sizes = [1 if axis in gone else size for axis, size in enumerate(data.shape)]
        if not node.attr("keepdims", 1):
            sizes = [size for axis, size in enumerate(data.shape) if axis not in gone]
        return Small(data.dtype, tuple(sizes), flat)

    return compute


def _all_known(elements: Sequence[Element]) -> bool:
    return not any(one is None or isinstance(one, str) for one in elements)


def _clip(node: Node, data: Small, inputs: Inputs) -> Optional[Small]:
    def limit(name: str, index: int) -> Optional[float]:
        given = inputs[index] if index < len(inputs) else None
        if given is None:
            found: Optional[float] = node.attr(name)
            return found
        return small.numbers(given)[0]

    low, high = limit("min", 1), limit("max", 2)

    def clipped(number: Any) -> Any:
        number = number if low is None else max(number, low)
        return number if high is None else min(number, high)

    return _each(data.dtype, data.shape, clipped, data.flat)


def _each(dtype: int, shape: Tuple[int, ...], function: Callable[..., Any], *columns: Sequence[Element]) -> Small:
    """``function`` of the elements of every column; open where one of them is, or where it has no result."""
    return Small(dtype, shape, [_one(dtype, function, row) for row in zip(*columns)])


def _one(dtype: int, function: Callable[..., Any], row: Sequence[Element]) -> Element:
    if not _all_known(row):
        return None
    try:
        return fitting(dtype, function(*row))
    except (ArithmeticError, ValueError):  # a division by zero, the root of a negative number
        return None


def _range(node: Node, data: Small, inputs: Inputs) -> Optional[Small]:
    start, limit, delta = (small.numbers(moving.present(one))[0] for one in inputs)
    if (limit - start) / delta > LARGEST:
        return None
    flat = [fitting(data.dtype, start + i * delta) for i in range(math.ceil((limit - start) / delta))]
    return Small(data.dtype, (len(flat),), flat)


def _cast(node: Node, data: Small, inputs: Inputs) -> Optional[Small]:
    wanted = node.attr("to")
    if wanted not in _CAST:
        return None
    return Small(wanted, data.shape, [fitting(wanted, one) for one in data.flat])


def _divided(left: Any, right: Any) -> Any:
    if isinstance(left, float) or isinstance(right, float):
        return left / right
    return abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)  # towards zero


def _power(left: Any, right: Any) -> Any:
    """A large power is counted, not computed: none of more than ``_WIDEST`` bits fits an integer."""
    if isinstance(left, int) and isinstance(right, int):
        if right < 0:
            raise ValueError("a negative power of an integer")
        return left**right if abs(left) < 2 or right <= _WIDEST else 1 << _WIDEST
    found = left**right
    if isinstance(found, complex):
        raise ValueError("a root of a negative number")
    return found


def _constant_of_shape(node: Node, data: Small, inputs: Inputs) -> Optional[Small]:
    shape = small.whole(data)
    if any(size < 0 for size in shape):
        raise ValueError("a size below zero")
    if not small.fits(shape):
        return None
    tensor = node.tensor("value")
    fill = Small(small.FLOAT, (1,), (0.0,)) if tensor is None else small.of_tensor(tensor)
    return None if fill is None else Small(fill.dtype, tuple(shape), [fill.flat[0]] * math.prod(shape))


def _where(node: Node, data: Small, inputs: Inputs) -> Optional[Small]:
    """An element is known when the condition and the side that it takes are."""
    first, second = moving.present(inputs[1]), moving.present(inputs[2])
    moving.of_one_type([first, second])
    shape = small.broadcast([data.shape, first.shape, second.shape])
    if shape is None:
        return None
    rows = zip(data.over(shape), first.over(shape), second.over(shape))
    flat = [None if choice is None else one if choice else other for choice, one, other in rows]
    return Small(first.dtype, shape, flat)


def _modulo(node: Node, data: Small, inputs: Inputs) -> Optional[Small]:
    return None if node.attr("fmod", 0) else _by_element(inputs, operator.mod)


def _by_element(inputs: Inputs, function: Callable[..., Any], dtype: Optional[int] = None) -> Optional[Small]:
    """``function`` of two elements at a time, of as many inputs as there are."""
    given = [moving.present(one) for one in inputs]
    shape = small.broadcast([one.shape for one in given])
    if shape is None or len(given) * math.prod(shape) > _MOST_STEPS:
        return None
    wanted = given[0].dtype if dtype is None else dtype
    return reduce(
        lambda left, right: _each(wanted, shape, function, left.over(shape), right.over(shape)), given[1:], given[0]
    )


def _two(function: Callable[[Any, Any], Any], dtype: Optional[int] = None) -> Callable[..., Optional[Small]]:
    return lambda node, data, inputs: _by_element(inputs, function, dtype)


def _single(function: Callable[[Any], Any]) -> Callable[..., Optional[Small]]:
    return lambda node, data, inputs: _each(data.dtype, data.shape, function, data.flat)


def compute(node: Node, inputs: Inputs) -> Optional[Small]:
    """The first output of a node of ``OPERATORS``, or None. Raises one of ``MALFORMED``."""
    return _COMPUTE[node.op_type](node, moving.present(inputs[0]), inputs)


_COMPUTE: Dict[str, Callable[[Node, Small, Inputs], Optional[Small]]] = {
    "Abs": _single(abs),
    "Add": _two(operator.add),
    "And": _two(lambda left, right: left and right, small.BOOL),
    "Cast": _cast,
    "Ceil": _single(math.ceil),
    "Clip": _clip,
    "Concat": moving.concat,
    "ConstantOfShape": _constant_of_shape,
    "Div": _two(_divided),
    "Equal": _two(operator.eq, small.BOOL),
    "Expand": moving.expand,
    "Floor": _single(math.floor),
    "Gather": moving.gather,
    "Greater": _two(operator.gt, small.BOOL),
    "GreaterOrEqual": _two(operator.ge, small.BOOL),
    "Identity": lambda node, data, inputs: data,
    "Less": _two(operator.lt, small.BOOL),
    "LessOrEqual": _two(operator.le, small.BOOL),
    "Max": _two(max),
    "Min": _two(min),
    "Mod": _modulo,
    "Mul": _two(operator.mul),
    "Neg": _single(operator.neg),
    "Not": _single(operator.not_),
    "Or": _two(lambda left, right: left or right, small.BOOL),
    "Pow": _two(_power),
    "Range": _range,
    "Reciprocal": _single(lambda number: 1 / number),
    "ReduceMax": _reduced(max),
    "ReduceMin": _reduced(min),
    "ReduceProd": _reduced(math.prod),
    "ReduceSum": _reduced(sum),
    "Reshape": moving.reshape,
    "Round": _single(round),
    "Slice": moving.slice_,
    "Sqrt": _single(math.sqrt),
    "Squeeze": moving.squeeze,
    "Sub": _two(operator.sub),
    "Transpose": moving.transpose,
    "Unsqueeze": moving.unsqueeze,
    "Where": _where,
}

#: What ``compute`` knows.
OPERATORS = frozenset(_COMPUTE)
