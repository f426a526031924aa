"""Rows as whole records: a candidate's rows in the order of the reference, where their order is open.

A row is everything that the outputs of a group say at one place of the open axis (a box with its score and its class).
Rows are matched whole, each with one row of the reference, so that a box that is really different finds no partner.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from jetdoctor.verify.open_rows import Rows
from jetdoctor.verify.row_order import OpenRows
from jetdoctor.verify.tolerance import EXACT, Tolerance

#: Rows out of place in one lane that are looked through; every one is held beside every other.
MOST = 4096

#: The tolerance of an output, by its array in the reference.
Limit = Callable[[Any], Tolerance]
#: Values of an inner tensor of the reference, None when they cannot be had.
Inner = Callable[[str], Any]
#: What the rows of one lane are sorted by, how near those are that tie, and their largest magnitude.
Keys = Tuple[Any, Tolerance, float]


def in_order(
    reference: Mapping[str, Any], candidate: Mapping[str, Any], groups: Sequence[OpenRows], limit: Limit, inner: Inner
) -> Tuple[Dict[str, Any], List[str]]:
    """The candidate's outputs with open rows in the reference's order, and why each order that was changed is open."""
    found, why = dict(candidate), []
    for group in groups:
        ordered = _ordered(reference, candidate, group, limit, inner)
        if ordered:
            found.update(ordered)
            why.append(group.space.why)
    return found, list(dict.fromkeys(why))


def _ordered(
    reference: Mapping[str, Any], candidate: Mapping[str, Any], group: OpenRows, limit: Limit, inner: Inner
) -> Dict[str, Any]:
    """The group's outputs in another order, empty when nothing has to move or nothing can."""
    import numpy

    pairs = []
    for name, rows in group.outputs.items():
        left, right = numpy.asarray(reference.get(name)), numpy.asarray(candidate.get(name))
        if left.shape != right.shape or left.ndim <= max((rows.axis,) + rows.lanes) or left.dtype.kind not in "bfiu":
            return {}
        pairs.append((name, rows, _as_rows(left, rows), _as_rows(right, rows), limit(left), _scale(left)))
    if not pairs or len({pair[2].shape[:2] for pair in pairs}) != 1:
        return {}
    lanes, count = pairs[0][2].shape[:2]
    keys = _keys(reference, group, inner, (lanes, count))
    if group.space.keys and keys is None:
        return {}
    order = numpy.tile(numpy.arange(count), (lanes, 1))
    for lane in range(lanes):
        one = [(left[lane], right[lane], bound, scale) for _, _, left, right, bound, scale in pairs]
        order[lane] = _partners(one, None if keys is None else (keys[lane], limit(keys), _scale(keys)))
    if (order == numpy.arange(count)).all():
        return {}
    return {name: _back(numpy.asarray(candidate[name]), rows, order) for name, rows, *_ in pairs}


def _as_rows(array: Any, rows: Rows) -> Any:
    """[lanes, rows, what else there is] of an array."""
    import numpy

    ahead = rows.lanes + (rows.axis,)
    front = numpy.moveaxis(array, ahead, range(len(ahead)))
    lanes = 1
    for lane in rows.lanes:
        lanes *= array.shape[lane]
    return front.reshape(lanes, array.shape[rows.axis], -1 if array.size else 0)


def _back(array: Any, rows: Rows, order: Any) -> Any:
    """The array with the rows of each lane taken in ``order``."""
    import numpy

    ahead = rows.lanes + (rows.axis,)
    front = numpy.moveaxis(array, ahead, range(len(ahead)))
    taken = numpy.take_along_axis(_as_rows(array, rows), order[:, :, None], axis=1).reshape(front.shape)
    return numpy.ascontiguousarray(numpy.moveaxis(taken, range(len(ahead)), ahead))


def _keys(reference: Mapping[str, Any], group: OpenRows, inner: Inner, shape: Tuple[int, int]) -> Optional[Any]:
    """What the rows are sorted by, [lanes, rows]; None when it is not known."""
    import numpy

    name = group.space.keys
    found = reference[name] if name in reference else inner(name) if name else None
    if found is None or group.keys is None:
        return None
    found = _as_rows(numpy.asarray(found), group.keys)
    return found[:, :, 0] if found.shape == shape + (1,) else None


def _partners(outputs: Sequence[Tuple[Any, Any, Tolerance, float]], keys: Optional[Keys]) -> Any:
    """For each place of the reference the candidate's row. Rows that fit stay; those without a partner go last."""
    import numpy

    order = numpy.arange(len(outputs[0][0]))
    apart = numpy.max([_excess(left, right, bound, scale) for left, right, bound, scale in outputs], axis=0)
    free = numpy.flatnonzero(apart > 1)
    if not 1 < len(free) <= MOST:
        return order
    places, waiting = free, []
    for row in free:
        apart = numpy.max(
            [_excess(left[places], right[row : row + 1], bound, scale) for left, right, bound, scale in outputs], axis=0
        )
        if keys is not None:
            apart = numpy.where(_tied(places, int(row), *keys), apart, numpy.inf)
        best = int(apart.argmin())
        if apart[best] > 1:
            waiting.append(row)
            continue
        order[places[best]] = row
        places = numpy.delete(places, best)
        if not len(places):
            break
    order[places] = waiting
    return order


def _tied(places: Any, row: int, keys: Any, bound: Tolerance, scale: float) -> Any:
    """Whether keys are equal but for what rounding may change."""
    return _excess(keys[places][:, None], keys[row : row + 1][:, None], bound, scale) <= 1


def _scale(array: Any) -> float:
    import numpy

    finite = numpy.abs(array[numpy.isfinite(array)].astype("float64"))
    return float(finite.max(initial=0.0))


def _excess(left: Any, right: Any, bound: Tolerance, scale: float) -> Any:
    """For each row the largest difference over what is allowed: at most 1 where two rows are equal."""
    import numpy

    with numpy.errstate(all="ignore"):
        if bound == EXACT:
            parts = numpy.where(left == right, 0.0, numpy.inf)
        else:
            a, b = left.astype("float64"), right.astype("float64")
            parts = numpy.abs(a - b) / (bound.rtol * numpy.abs(a) + bound.atol * scale)
            parts = numpy.where((a == b) | (numpy.isnan(a) & numpy.isnan(b)), 0.0, parts)
            parts = numpy.where(numpy.isnan(parts), numpy.inf, parts)
    return parts.max(axis=1, initial=0.0)
