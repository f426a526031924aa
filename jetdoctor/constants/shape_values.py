"""Small arrays that follow from constants and known shapes: axes or sizes that a model computes for itself.

Only what exporters make shape arithmetic of, in numpy; anything else is unknown. Nothing is read from external data.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

from jetdoctor.constants.arithmetic import LARGEST, MALFORMED, MOST_KEPT, OPERATORS, compute
from jetdoctor.graph import DEFAULT_DOMAINS, Node, Value

#: Steps from a value back to its constants that are followed.
_DEEPEST = 64


class Memo:
    """Arrays that were found, for a caller that asks for many values of one model."""

    def __init__(self) -> None:
        self.found: Dict[Tuple[int, str], Any] = {}
        self.room = MOST_KEPT

    def keep(self, key: Tuple[int, str], array: Any) -> Any:
        """The array, or None when there is no more room for what was computed."""
        self.room -= 0 if array is None else array.size
        self.found[key] = array if self.room >= 0 else None
        return self.found[key]


def known_array(value: Value, memo: Optional[Memo] = None, depth: int = 0) -> Any:
    """numpy array of a constant, or of shape arithmetic over constants and static shapes; else None."""
    memo = Memo() if memo is None else memo
    node = value.producer
    key = (id(value.graph) if node is None else id(node), value.name)
    if key not in memo.found:
        memo.found[key] = value.array()  # None guards against circles
        if memo.found[key] is None and node is not None:
            memo.keep(key, _computed(node, value, memo, depth))
    return memo.found[key]


def known_integers(value: Value) -> Optional[Tuple[int, ...]]:
    """The elements of ``known_array`` in order, None where they are no integers; numpy only where one is computed."""
    if value.constant is not None:
        return value.integers()
    array = known_array(value)
    return tuple(array.reshape(-1).tolist()) if array is not None and array.dtype.kind in "iu" else None


def _computed(node: Node, value: Value, memo: Memo, depth: int) -> Any:
    if depth > _DEEPEST or node.domain not in DEFAULT_DOMAINS or node.outputs[0] != value.name:
        return None
    if node.op_type in ("Shape", "Size"):
        return _sizes(node)
    if node.op_type not in OPERATORS:
        return None
    inputs: List[Any] = []
    for index, name in enumerate(node.inputs):
        found = known_array(node.input(index), memo, depth + 1) if name else None
        if name and (found is None or found.dtype.kind not in "iufb" or found.size > LARGEST):
            return None
        inputs.append(found)
    try:
        return compute(node, inputs)
    except MALFORMED:  # malformed: simply not known
        return None


def _sizes(node: Node) -> Any:
    import numpy as np

    shape = node.input(0).static_shape
    if shape is None:
        return None
    if node.op_type == "Size":
        return np.asarray(np.prod(shape, dtype=np.int64), dtype=np.int64)
    return np.asarray(shape[node.attr("start", 0) : node.attr("end")], dtype=np.int64)
