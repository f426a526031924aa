"""Inputs with NaN, infinities and denormals among ordinary numbers: what two forms of one operator forget first."""

from __future__ import annotations

from typing import Any, Container, Dict, Iterator, Mapping, Tuple

#: kinds on which a difference is said and refutes nothing: products with zeros spread them, and no model is for them
NOT_NUMBERS = ("NaN", "infinite")

KINDS = NOT_NUMBERS + ("denormal",)

#: share of the elements that are odd; the rest keeps the outputs meaningful
_EVERY = 5


def odd_feeds(feeds: Mapping[str, Any], free: Container[str]) -> Iterator[Tuple[str, Dict[str, Any]]]:
    """(name, inputs): ``feeds`` with some numbers of every float input replaced, one kind after the other.

    Only inputs in ``free``: those that steer an operator (sizes, scales, steps) keep their values.
    """
    import numpy

    chosen = [name for name, array in feeds.items() if name in free and _is_float(array)]
    if not chosen:
        return
    for name, pick in (
        ("NaN", lambda kind: [numpy.nan]),
        ("infinite", lambda kind: [numpy.inf, -numpy.inf]),
        ("denormal", lambda kind: [numpy.finfo(kind).tiny / 4, -numpy.finfo(kind).tiny / 8]),
    ):
        yield name, dict(feeds, **{key: _with(feeds[key], pick(feeds[key].dtype)) for key in chosen})


def all_finite(outputs: Mapping[str, Any]) -> bool:
    """Whether every float of the outputs is finite; outputs that are no tensors do not count."""
    import numpy

    return all(bool(numpy.isfinite(array).all()) for array in outputs.values() if _is_float(array))


def _is_float(array: Any) -> bool:
    return getattr(getattr(array, "dtype", None), "kind", "") == "f" and array.size > 0


def _with(array: Any, values: Any) -> Any:
    changed = array.copy()
    flat = changed.reshape(-1)
    for start, value in enumerate(values):
        flat[start :: _EVERY * len(values)] = value
    return changed
