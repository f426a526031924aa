"""Small arrays of which some elements are open: with a dynamic batch, ``Shape(x)`` of an image still ends in 3, 64, 64.

TensorRT carries constants through shape arithmetic element by element, and so does this: each value is an array and a
mask of the elements that are known.
"""

from __future__ import annotations

import math
from typing import Any, Callable, Dict, List, Optional, Tuple

from jetdoctor.constants.arithmetic import LARGEST, MALFORMED, MOST_KEPT, OPERATORS, axes_of, compute
from jetdoctor.graph import DEFAULT_DOMAINS, MOVERS, Dim, Node, Value

#: an array, and which of its elements are known (booleans of the same shape); open elements hold 1, or a mark that
#: tells which open size they are
Partly = Optional[Tuple[Any, Any]]

#: marks of open sizes: numbers that no size is
_FIRST_MARK = 1 << 61

#: Steps from a value back to its constants that are followed.
_DEEPEST = 200

#: Operators that move elements of their first input; the other inputs say where to and must be known.
_MOVERS = MOVERS & OPERATORS

_REDUCTIONS = frozenset("ReduceMax ReduceMin ReduceProd ReduceSum".split())

#: Operators whose result is known as a whole or not at all.
_WHOLE = frozenset(("ConstantOfShape", "Range"))

_Inputs = List[Partly]


class PartlyKnown:
    """The partly known arrays of one model, each worked out once."""

    def __init__(self) -> None:
        self._found: Dict[Tuple[int, str], Partly] = {}
        self._room = MOST_KEPT
        self._open: Dict[Dim, int] = {}  # marks of symbolic sizes

    def elements(self, value: Value) -> Optional[List[Dim]]:
        """Elements of a vector of sizes: numbers, symbols of sizes that are not fixed, None for what is not known."""
        found = self.of(value)
        if found is None or found[0].ndim != 1 or found[0].dtype.kind != "i":
            return None
        symbols = {mark: symbol for symbol, mark in self._open.items()}
        return [int(n) if known else symbols.get(int(n)) for n, known in zip(*found)]

    def is_known(self, value: Value) -> bool:
        """Whether every element follows from constants and known sizes."""
        found = self.of(value)
        return found is not None and bool(found[1].all())

    def of(self, value: Value, depth: int = 0) -> Partly:
        """Array and mask of the value; None when not even its shape can be told."""
        node = value.producer
        if node is None or value.initializer is not None:
            return _whole(value.array())
        key = (id(node.proto), value.name)
        if key not in self._found:
            self._found[key] = None  # guards against circles
            self._found[key] = self._kept(self._computed(node, value, depth))
        return self._found[key]

    def _kept(self, found: Partly) -> Partly:
        """What was computed, or None when there is no more room for it."""
        self._room -= 0 if found is None else found[0].size
        return found if self._room >= 0 else None

    def _computed(self, node: Node, value: Value, depth: int) -> Partly:
        if node.op_type == "Constant":
            return _whole(value.array())
        if depth > _DEEPEST or node.domain not in DEFAULT_DOMAINS or node.outputs[0] != value.name:
            return None
        if node.op_type in ("Shape", "Size"):
            return self._sizes(node)
        if node.op_type not in OPERATORS:
            return None
        inputs: _Inputs = []
        for index, name in enumerate(node.inputs):
            found = self.of(node.input(index), depth + 1) if name else None
            if name and found is None:
                return None
            inputs.append(found)
        try:
            return _compute(node, inputs)
        except MALFORMED:  # malformed: simply not known
            return None

    def _sizes(self, node: Node) -> Partly:
        import numpy as np

        shape = node.input(0).shape
        if shape is None:
            return None
        if node.op_type == "Size":
            static = node.input(0).static_shape
            count = None if static is None else math.prod(static)
            told = count is not None and abs(count) < 1 << 63
            return np.asarray(count if told else 1, np.int64), np.asarray(told)
        cut = shape[node.attr("start", 0) : node.attr("end")]
        known = [isinstance(dim, int) and dim >= 0 for dim in cut]
        sizes = [dim if fixed else self._mark(dim) for dim, fixed in zip(cut, known)]
        return np.asarray(sizes, np.int64), np.asarray(known, bool)

    def _mark(self, dim: Dim) -> int:
        return self._open.setdefault(dim, _FIRST_MARK + len(self._open)) if isinstance(dim, str) else 1


def _whole(array: Any) -> Partly:
    import numpy as np

    if array is None or array.dtype.kind not in "iufb" or array.size > LARGEST:
        return None
    return array, np.ones(array.shape, bool)


def _compute(node: Node, inputs: _Inputs) -> Partly:
    import numpy as np

    values = [None if pair is None else pair[0] for pair in inputs]
    masks = [None if pair is None else pair[1] for pair in inputs]
    rule = _MASKS.get(node.op_type, _by_element)
    with np.errstate(all="ignore"):
        array = compute(node, values)
        known = None if array is None else rule(node, values, masks)
    if known is None or array.size > LARGEST:
        return None
    known = np.broadcast_to(known, array.shape)
    if node.op_type in _MOVERS or node.op_type == "Concat":
        return np.asarray(array), known
    # What is computed from an open element may be a zero that something divides by.
    return np.where(known, array, 1).astype(array.dtype), known


def _moved(node: Node, values: List[Any], masks: List[Any]) -> Any:
    if not all(mask is None or mask.all() for mask in masks[1:]):
        return None
    return compute(node, [masks[0]] + values[1:])


def _reduced(node: Node, values: List[Any], masks: List[Any]) -> Any:
    if not all(mask is None or mask.all() for mask in masks[1:]):
        return None
    axes = axes_of(node, values)
    return masks[0].all(axis=None if axes is None else tuple(axes), keepdims=bool(node.attr("keepdims", 1)))


def _as_a_whole(node: Node, values: List[Any], masks: List[Any]) -> Any:
    return masks[0].all() if all(mask is None or mask.all() for mask in masks) else None


def _joined(node: Node, values: List[Any], masks: List[Any]) -> Any:
    return compute(node, masks)


def _chosen(node: Node, values: List[Any], masks: List[Any]) -> Any:
    """An element is known when the condition and the side that it takes are."""
    import numpy as np

    return masks[0] & np.where(values[0], masks[1], masks[2])


def _by_element(node: Node, values: List[Any], masks: List[Any]) -> Any:
    known = True
    for mask in masks:
        known = known if mask is None else known & mask
    return known


_MASKS: Dict[str, Callable[[Node, List[Any], List[Any]], Any]] = {
    "Concat": _joined,
    "Where": _chosen,
    **dict.fromkeys(_MOVERS, _moved),
    **dict.fromkeys(_REDUCTIONS, _reduced),
    **dict.fromkeys(_WHOLE, _as_a_whole),
}
