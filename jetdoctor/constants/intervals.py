"""Between which numbers the integers of a value lie, as far as the graph says so.

Intervals are carried from constants and shapes through the operators that integer arithmetic is made of. A value
that nothing is known of is unbounded.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Tuple

from jetdoctor.graph import MOVERS

#: smallest and largest; None for a value of no known bounds
Interval = Optional[Tuple[int, int]]

#: steps from a value back to its constants that are followed
_DEEPEST = 64

#: sizes of tensors: TensorRT's are 32 bits wide
_SIZE = (0, (1 << 31) - 1)

_TYPES: Dict[str, Tuple[int, int]] = {"BOOL": (0, 1)}
for _bits in (8, 16, 32):
    _TYPES["UINT%d" % _bits] = (0, (1 << _bits) - 1)
    _TYPES["INT%d" % _bits] = (-(1 << (_bits - 1)), (1 << (_bits - 1)) - 1)

#: the widest integers; products of products would grow without end
_LEAST, _MOST = -(1 << 63), (1 << 63) - 1

#: operators that hand out elements of their first input and nothing else
_HANDED_OUT = MOVERS | {"MaxPool", "ReduceMax", "ReduceMin"}


class Intervals:
    """Intervals of the values of one model, each worked out once."""

    def __init__(self) -> None:
        self._found: Dict[Tuple[int, str], Interval] = {}

    def of(self, value: Any, depth: int = 0) -> Interval:
        """Bounds of an integer or boolean value of ``jetdoctor.graph``; None when it may be anything.

        Floats have none, so that a Cast from FLOAT has those of its type only.
        """
        producer = value.producer
        key = (id((producer or value).graph), value.name)
        if key not in self._found:
            self._found[key] = None  # guards against circles
            found = self._known(value, depth)
            fits = found is not None and _LEAST <= found[0] and found[1] <= _MOST  # what does not fit wraps around
            self._found[key] = found if fits else _TYPES.get(value.dtype or "")
        return self._found[key]

    def _known(self, value: Any, depth: int) -> Interval:
        numbers, node = value.numbers(), value.producer
        if numbers is not None:
            whole = bool(numbers) and isinstance(numbers[0], int)
            return (int(min(numbers)), int(max(numbers))) if whole else None
        if node is None or depth > _DEEPEST or node.domain not in ("", "ai.onnx"):
            return None
        if node.op_type in ("Shape", "Size"):
            return _size(node)
        if node.op_type in _HANDED_OUT:
            first = value.name == node.outputs[0] or node.op_type == "Split"
            return self.of(node.input(0), depth + 1) if first and node.inputs else None
        compute = _COMPUTE.get(node.op_type)
        inputs = [node.input(index) for index, name in enumerate(node.inputs) if name]
        if compute is None or not inputs:
            return None
        return compute(node, [self.of(one, depth + 1) for one in inputs])


def _size(node: Any) -> Interval:
    shape = node.input(0).static_shape
    if shape is None:
        return _SIZE if node.op_type == "Shape" else None
    if node.op_type == "Shape":
        return (min(shape), max(shape)) if shape else None
    total = 1
    for dim in shape:
        total *= dim
    return total, total


def _hull(node: Any, bounds: List[Interval]) -> Interval:
    known = [pair for pair in bounds if pair is not None]
    if not known or len(known) < len(bounds):
        return None
    return min(low for low, _ in known), max(high for _, high in known)


def _corners(compute: Callable[[int, int], int]) -> Callable[[Any, List[Interval]], Interval]:
    """Bounds of an operator that grows or falls in each of its two inputs."""

    def bounds_of(node: Any, bounds: List[Interval]) -> Interval:
        if len(bounds) != 2 or bounds[0] is None or bounds[1] is None:
            return None
        found = [compute(a, b) for a in bounds[0] for b in bounds[1]]
        return min(found), max(found)

    return bounds_of


def _divide(node: Any, bounds: List[Interval]) -> Interval:
    if len(bounds) != 2 or bounds[0] is None or bounds[1] is None or bounds[1][0] <= 0:
        return None
    return _corners(lambda a, b: abs(a) // b * (1 if a >= 0 else -1))(node, bounds)


def _modulo(node: Any, bounds: List[Interval]) -> Interval:
    if len(bounds) != 2 or bounds[1] is None or bounds[1][0] <= 0 or node.attr("fmod", 0):
        return None
    return 0, bounds[1][1] - 1


def _smallest(node: Any, bounds: List[Interval]) -> Interval:
    """Min is at most the smallest upper bound; from below it needs all of them."""
    known = _hull(node, bounds)
    return None if known is None else (known[0], min(pair[1] for pair in bounds if pair))


def _greatest(node: Any, bounds: List[Interval]) -> Interval:
    known = _hull(node, bounds)
    return None if known is None else (max(pair[0] for pair in bounds if pair), known[1])


def _negative(node: Any, bounds: List[Interval]) -> Interval:
    return None if bounds[0] is None else (-bounds[0][1], -bounds[0][0])


def _absolute(node: Any, bounds: List[Interval]) -> Interval:
    return None if bounds[0] is None else (0, max(abs(bounds[0][0]), abs(bounds[0][1])))


def _cast(node: Any, bounds: List[Interval]) -> Interval:
    """A value that fits both types stays what it is."""
    target = _TYPES.get(node.output().dtype or "", (_LEAST, _MOST))
    if bounds[0] is None or node.output().dtype == "BOOL":
        return None
    return bounds[0] if target[0] <= bounds[0][0] and bounds[0][1] <= target[1] else None


def _clip(node: Any, bounds: List[Interval]) -> Interval:
    """With both limits given; low wins over high where they cross, so that a hull is right in any case."""
    if len(bounds) != 3 or bounds[1] is None or bounds[2] is None:
        return bounds[0]
    low, high = bounds[1][0], max(bounds[1][1], bounds[2][1])
    if bounds[0] is None or bounds[0][0] > high or bounds[0][1] < low:
        return low, high
    return max(low, bounds[0][0]), min(high, bounds[0][1])


def _range(node: Any, bounds: List[Interval]) -> Interval:
    return _hull(node, bounds[:2])


def _index(node: Any, bounds: List[Interval]) -> Interval:
    return _SIZE


_COMPUTE: Dict[str, Callable[[Any, List[Interval]], Interval]] = {
    "Abs": _absolute,
    "Add": _corners(lambda a, b: a + b),
    "ArgMax": _index,
    "ArgMin": _index,
    "Cast": _cast,
    "Clip": _clip,
    "Concat": _hull,
    "Div": _divide,
    "Max": _greatest,
    "Min": _smallest,
    "Mod": _modulo,
    "Mul": _corners(lambda a, b: a * b),
    "Neg": _negative,
    "NonZero": _index,
    "Range": _range,
    "Sub": _corners(lambda a, b: a - b),
    "Where": lambda node, bounds: _hull(node, bounds[1:]),
}
