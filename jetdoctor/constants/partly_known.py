"""Small arrays that follow from constants and known sizes: axes or sizes that a model computes for itself.

Only what exporters make shape arithmetic of; anything else is unknown. Nothing is read from external data.
"""

from __future__ import annotations

import math
from typing import Dict, List, Optional, Tuple

from jetdoctor.constants import small
from jetdoctor.constants.arithmetic import MALFORMED, OPERATORS, compute
from jetdoctor.constants.small import Small
from jetdoctor.graph import DEFAULT_DOMAINS, Dim, Model, Node, Value

#: Elements that are read and made for all values of a model together: a million or two of them take a second. The shape
#: arithmetic of 270 exports had 98,502 at most, and some thousands as a rule.
MOST_ELEMENTS = 1 << 20

#: Steps from a value back to its constants that are followed.
_DEEPEST = 200


class PartlyKnown:
    """The small arrays of one model, each worked out once; single elements may be open."""

    def __init__(self) -> None:
        self._found: Dict[Tuple[int, str], Optional[Small]] = {}
        self._left = MOST_ELEMENTS

    @classmethod
    def shared(cls, model: Model) -> "PartlyKnown":
        """Those of a model that nobody changes any more."""
        return model.derived(_of)

    def forget_open(self) -> None:
        """Work out anew what is not known as a whole: more is known of the model's sizes now."""
        self._found = {key: found for key, found in self._found.items() if found is not None and found.is_known}

    def elements(self, value: Value) -> Optional[List[Dim]]:
        """Elements of a vector of sizes: numbers, symbols of sizes that are not fixed, None for what is not known."""
        found = self.of(value)
        if found is None or len(found.shape) != 1 or not small.is_integer(found.dtype):
            return None
        return list(found.flat)  # type: ignore[arg-type]

    def is_known(self, value: Value) -> bool:
        """Whether every element follows from constants and known sizes."""
        return self.known(value) is not None

    def known(self, value: Value) -> Optional[Small]:
        """The array when every element is known."""
        found = self.of(value)
        return found if found is not None and found.is_known else None

    def of(self, value: Value, depth: int = 0) -> Optional[Small]:
        """The array; None when not even its shape can be told."""
        node, tensor = value.producer, value.initializer
        if node is None or tensor is not None:
            return None if tensor is None else small.of_tensor(tensor)
        key = (id(node.proto), value.name)
        if key not in self._found:
            self._found[key] = None  # guards against circles
            self._found[key] = self._computed(node, value, depth)
        return self._found[key]

    def _computed(self, node: Node, value: Value, depth: int) -> Optional[Small]:
        if depth > _DEEPEST or node.domain not in DEFAULT_DOMAINS or node.outputs[0] != value.name:
            return None
        if node.op_type == "Constant":
            tensor = node.constant_tensor()
            return None if tensor is None else small.of_tensor(tensor)
        if node.op_type in ("Shape", "Size"):
            return _sizes(node)
        if node.op_type not in OPERATORS:
            return None
        inputs: List[Optional[Small]] = []
        for index, name in enumerate(node.inputs):
            found = self.of(node.input(index), depth + 1) if name else None
            if name and found is None:
                return None
            inputs.append(found)
        self._left -= sum(len(given.flat) for given in inputs if given is not None)
        try:
            found = compute(node, inputs) if self._left >= 0 else None
        except MALFORMED:  # simply not known
            return None
        if found is None or not small.fits(found.shape):
            return None
        self._left -= len(found.flat)
        return found


def _of(model: Model) -> PartlyKnown:
    return PartlyKnown()


def known_integers(value: Value) -> Optional[Tuple[int, ...]]:
    """The elements in order of a value of integers that follow from constants; None for any other."""
    if value.constant is not None:
        return value.integers()
    found = PartlyKnown.shared(value.graph.model).known(value)
    return None if found is None or not small.is_integer(found.dtype) else tuple(small.whole(found))


def _sizes(node: Node) -> Optional[Small]:
    shape = node.input(0).shape
    if shape is None:
        return None
    if node.op_type == "Size":
        static = node.input(0).static_shape
        count = None if static is None else math.prod(static)
        return Small(small.INT64, (), [small.fitting(small.INT64, count)])
    cut = shape[node.attr("start", 0) : node.attr("end")]
    return Small(small.INT64, (len(cut),), [None if isinstance(dim, int) and dim < 0 else dim for dim in cut])
