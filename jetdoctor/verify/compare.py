"""Compare two sets of outputs: shape, type, error, cosine, top-k agreement, NaN and Inf."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from jetdoctor.verify.records import in_order
from jetdoctor.verify.row_order import OpenRows
from jetdoctor.verify.tensors import DIFFERENT, EQUAL, OutputComparison, compare_arrays, limit_for
from jetdoctor.verify.tolerance import Tolerance


@dataclass(frozen=True)
class Comparison:
    """All outputs; ``status`` is "equal" or "different", and ``reason`` says what differs first.

    ``row_order``: "" when everything was compared in place, else that rows were not, and which operator allows it.
    """

    status: str
    outputs: Tuple[OutputComparison, ...] = ()
    reason: str = ""
    row_order: str = ""

    @property
    def equal(self) -> bool:
        return self.status == EQUAL

    @property
    def max_abs(self) -> float:
        return max((o.max_abs for o in self.outputs), default=0.0)

    @property
    def max_rel(self) -> float:
        return max((o.max_rel for o in self.outputs), default=0.0)

    def to_json(self) -> Dict[str, Any]:
        return {
            "status": self.status,
            "reason": self.reason,
            "row_order": self.row_order,
            "max_abs": self.max_abs,
            "max_rel": self.max_rel if math.isfinite(self.max_rel) else "inf",
            "outputs": [output.to_json() for output in self.outputs],
        }


def compare(
    reference: Mapping[str, Any],
    candidate: Mapping[str, Any],
    tolerance: Optional[Tolerance] = None,
    ordered: bool = True,
    same_dtype: bool = True,
    open_rows: Sequence[OpenRows] = (),
    inner: Callable[[str], Any] = lambda name: None,
) -> Comparison:
    """Compare outputs by name.

    Without ``tolerance`` each output is held to that of its element type (``tolerance.BY_DTYPE``).
    ``ordered``: the outputs' order counts too, since many programs read outputs by index.
    ``same_dtype`` False lets an engine answer in another element type (int64 as int32, double as
    float). Values may be arrays, sequences (lists), maps (dicts), None or strings.
    ``open_rows``: where rows may be in another order (``row_order.open_rows``), for outputs that differ in place.
    ``inner`` gives a tensor of the reference that is no output: the scores by which such rows are sorted.
    """
    names, other = list(reference), list(candidate)
    if sorted(names) != sorted(other):
        return Comparison(DIFFERENT, (), "outputs are %s, not %s" % (_list(other), _list(names)))
    outputs, row_order = _compare_all(reference, candidate, tolerance, same_dtype), ""
    if open_rows and any(output.status != EQUAL for output in outputs):
        found, why = in_order(reference, candidate, open_rows, lambda array: limit_for(array, tolerance), inner)
        if why:
            outputs = _compare_all(reference, found, tolerance, same_dtype)
            row_order = "rows compared without their order: %s" % "; ".join(why)
    worst = next((o for o in outputs if o.status != EQUAL), None)
    reason = "%s: %s" % (worst.name, worst.reason) if worst else ""
    if ordered and names != other:
        reason = reason or "the outputs are in a different order: %s, not %s" % (_list(other), _list(names))
    return Comparison(DIFFERENT if reason else EQUAL, tuple(outputs), reason, row_order)


def _compare_all(
    reference: Mapping[str, Any], candidate: Mapping[str, Any], tolerance: Optional[Tolerance], same_dtype: bool
) -> List[OutputComparison]:
    parts = (_compare_value(name, reference[name], candidate[name], tolerance, same_dtype) for name in reference)
    return [one for part in parts for one in part]


def _list(names: List[str]) -> str:
    return ", ".join(names) or "none"


def _compare_value(
    name: str, left: Any, right: Any, tolerance: Optional[Tolerance], same_dtype: bool
) -> Iterator[OutputComparison]:
    """One comparison per tensor inside; a structure that differs is one comparison of its own."""
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        if len(left) != len(right):
            reason = "sequence of %d elements, not %d" % (len(right), len(left))
            yield OutputComparison(name, DIFFERENT, reason)
        elif not left:
            yield OutputComparison(name, EQUAL)
        for index, pair in enumerate(zip(left, right) if len(left) == len(right) else ()):
            for part in _compare_value("%s[%d]" % (name, index), pair[0], pair[1], tolerance, same_dtype):
                yield part
    elif isinstance(left, dict) and isinstance(right, dict):
        if list(left) != list(right):
            yield OutputComparison(name, DIFFERENT, "map with different keys")
            return
        values = [list(left.values()), list(right.values())]
        for part in _compare_value(name, values[0], values[1], tolerance, same_dtype):
            yield part
    elif left is None or right is None:
        same = left is None and right is None
        yield OutputComparison(name, EQUAL if same else DIFFERENT, "" if same else "only one side has it")
    elif any(isinstance(side, (list, tuple, dict)) for side in (left, right)):
        yield OutputComparison(name, DIFFERENT, "%s, not %s" % (_kind(right), _kind(left)))
    else:
        yield compare_arrays(name, left, right, tolerance, same_dtype)


def _kind(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "a sequence"
    return "a map" if isinstance(value, dict) else "a tensor"
