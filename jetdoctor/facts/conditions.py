"""Structural conditions of fact rows, evaluated on a node.

Each condition answers True, False, or None for "cannot be told from the file". A row applies only when every
condition of its ``when`` is True. ``Seen`` says how one family of parsers sees the node: which operators keep
the quality of being weights (``through``) differs between releases.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable, Mapping, Optional, Sequence, Tuple

from jetdoctor.facts.limits import LIMITS
from jetdoctor.facts.matters import MATTERS
from jetdoctor.graph import DTYPE_NAMES, Node, Value

Answer = Optional[bool]

#: Defaults that importers and ONNX share, for attributes that are not written.
DEFAULTS: Mapping[Tuple[str, str], Any] = {
    ("Resize", "mode"): "nearest",
    ("Resize", "coordinate_transformation_mode"): "half_pixel",
    ("Resize", "nearest_mode"): "round_prefer_floor",
    ("Upsample", "mode"): "nearest",
    ("Pad", "mode"): "constant",
    ("Mod", "fmod"): 0,
    ("Gemm", "alpha"): 1.0,
    ("Gemm", "beta"): 1.0,
    ("ScatterElements", "reduction"): "none",
    ("ScatterND", "reduction"): "none",
    ("LSTM", "direction"): "forward",
    ("GRU", "direction"): "forward",
    ("RNN", "direction"): "forward",
}


class Seen:
    """A node as one family of parsers sees it.

    ``known`` gives the array of a value that follows from constants and static shapes, None for any other.
    """

    __slots__ = ("node", "through", "known")

    def __init__(
        self, node: Node, through: Sequence[str] = (), known: Callable[[Value], Any] = lambda value: value.array()
    ) -> None:
        self.node = node
        self.through = through
        self.known = known

    def weights(self, index: int) -> bool:
        """Whether input ``index`` is an initializer to the parser."""
        return self.node.present(index) and self.node.input(index).is_weights(self.through)

    def array(self, index: int) -> Any:
        return self.node.input(index).array() if self.node.present(index) else None

    def attr(self, name: str) -> Any:
        """Attribute value, its default when it is not written; data types by name."""
        value = self.node.attr(name)
        if value is None:
            return DEFAULTS.get((self.node.op_type, name))
        if name in ("to", "dtype") and isinstance(value, int):
            return DTYPE_NAMES.get(value)
        return value


def _all(answers: Iterable[Answer]) -> Answer:
    unknown = False
    for answer in answers:
        if answer is False:
            return False
        unknown = unknown or answer is None
    return None if unknown else True


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else [value]


def _dtype_in(seen: Seen, index: int, names: Any) -> Answer:
    if not seen.node.present(index):
        return False
    dtype = seen.node.input(index).dtype
    return None if dtype is None else dtype in _listed(names)


def _rank_in(seen: Seen, index: int, ranks: Any) -> Answer:
    rank = seen.node.input(index).rank if seen.node.present(index) else None
    return None if rank is None else rank in _listed(ranks)


def _element_count(seen: Seen, index: int) -> Optional[int]:
    shape = seen.node.input(index).static_shape if seen.node.present(index) else None
    if shape is None:
        return None
    count = 1
    for dim in shape:
        count *= dim
    return count


def quantized_dtype(node: Node) -> Optional[str]:
    """Element type on the quantized side of QuantizeLinear or DequantizeLinear."""
    if node.op_type == "DequantizeLinear":
        return node.input(0).dtype
    if node.present(2):
        return node.input(2).dtype
    number = node.attr("output_dtype", 0)
    return DTYPE_NAMES.get(number) if number else "UINT8"


def _nonzero(seen: Seen, index: int) -> Answer:
    array = seen.array(index)
    if array is None:
        return False if not seen.node.present(index) else None
    try:
        return bool((array != 0).any())
    except TypeError:
        return None


def _pads(seen: Seen) -> Any:
    pads = seen.node.attr("pads")
    if pads is not None:
        return pads
    array = seen.array(1)
    return None if array is None else [int(p) for p in array.reshape(-1)]


def _any_negative(values: Any) -> Answer:
    return None if values is None else any(v < 0 for v in values)


def _input_empty(seen: Seen, index: int) -> Answer:
    count = _element_count(seen, index)
    return None if count is None else count == 0


def _negative_indices(seen: Seen, _: Any) -> Answer:
    array = seen.array(1)
    return None if array is None else bool((array < 0).any())


def _attr_eq(seen: Seen, wanted: Mapping[str, Any]) -> Answer:
    """Attributes that are written, with these values: a default does not count."""
    return all(seen.node.has_attr(name) and seen.attr(name) == value for name, value in wanted.items())


def _attr_in(seen: Seen, wanted: Mapping[str, Any]) -> Answer:
    return _all(seen.attr(name) in _listed(values) for name, values in wanted.items())


def _value_kind(seen: Seen, kinds: str) -> Answer:
    kind = seen.node.input(0).kind
    return None if kind is None else kind in kinds.split("|")


def _count_outputs(node: Node) -> int:
    return sum(1 for name in node.outputs if name)


WHEN: Dict[str, Callable[[Seen, Any], Answer]] = {
    "opset_min": lambda s, v: s.node.opset >= v,
    "opset_max": lambda s, v: s.node.opset <= v,
    "opset": lambda s, v: s.node.opset == v,
    "input_present": lambda s, v: s.node.present(v),
    "input_absent": lambda s, v: not s.node.present(v),
    "when_input_absent": lambda s, v: not s.node.present(v),
    "input_placeholder": lambda s, v: v < len(s.node.inputs) and not s.node.inputs[v],
    "input_absent_or_empty": lambda s, v: not s.node.present(v) or _input_empty(s, v),
    "input_empty_initializer": lambda s, v: s.weights(v) and _input_empty(s, v),
    "input_initializer": lambda s, v: s.weights(v),
    "input_not_initializer": lambda s, v: s.node.present(v) and not s.weights(v),
    "attr_eq": _attr_eq,
    "attr_in": _attr_in,
    "when_attr": _attr_in,
    "when": _attr_in,
    "attr_not_in": lambda s, v: not _attr_in(s, v),
    "attr_present": lambda s, v: s.node.has_attr(v),
    "when_attr_present": lambda s, v: s.node.has_attr(v),
    "attr_present_any": lambda s, v: any(s.node.has_attr(name) for name in v),
    "attr_absent": lambda s, v: not s.node.has_attr(v),
    "when_attr_absent": lambda s, v: not s.node.has_attr(v),
    "attr_absent_or_eq": lambda s, v: all(s.node.attr(k, x) == x for k, x in v.items()),
    "attr_not_all_ones": lambda s, v: any(x != 1 for x in s.node.attr(v) or ()),
    "attr_gt": lambda s, v: all((s.node.attr(k) or 0) > x for k, x in v.items()),
    "input_dtype": lambda s, v: _all(_dtype_in(s, int(i), names) for i, names in v.items()),
    "initializer_dtype": lambda s, v: _all(s.weights(int(i)) and _dtype_in(s, int(i), names) for i, names in v.items()),
    "nonzero": lambda s, v: _nonzero(s, 2),
    "nonzero_initializer": _nonzero,
    "negative_pads": lambda s, v: _any_negative(_pads(s)),
    "dynamic_input": lambda s, v: s.node.input(v).static_shape is None,
    "input_rank": lambda s, v: _all(_rank_in(s, int(i), ranks) for i, ranks in v.items()),
    "when_input_rank": lambda s, v: _all(_rank_in(s, int(i), ranks) for i, ranks in v.items()),
    "outputs_gt": lambda s, v: _count_outputs(s.node) > v,
    "quant_dtype": lambda s, v: quantized_dtype(s.node) in _listed(v),
    "scale_count_gt": lambda s, v: (_element_count(s, 1) or 0) > v,
    "value_kind": _value_kind,
    "negative_indices": _negative_indices,
    "when_initializer": lambda s, v: all(s.weights(i) for i in v),
    "when_not_initializer": lambda s, v: any(i < len(s.node.inputs) and not s.weights(i) for i in v),
    "when_nb_inputs": lambda s, v: len(s.node.inputs) == v,
    "when_pads": lambda s, v: None if _pads(s) is None else any(p != 0 for p in _pads(s)),
}
WHEN.update(MATTERS)
WHEN.update(LIMITS)


def holds(when: Mapping[str, Any], seen: Seen) -> bool:
    """Whether every condition of ``when`` is certainly true."""
    return all(WHEN[key](seen, value) is True for key, value in when.items())
