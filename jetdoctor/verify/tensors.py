"""Compare two arrays element by element: the numbers behind ``compare``."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any, Dict, Mapping, Optional, Tuple

from jetdoctor.verify.tolerance import EXACT, Tolerance, for_dtype

EQUAL, DIFFERENT = "equal", "different"


@dataclass(frozen=True)
class OutputComparison:
    """One output. ``max_abs`` is the largest difference, ``max_rel`` the same over the largest
    magnitude in the reference. ``top1``/``top5``: share of rows of the last axis whose (set of) largest
    entries agree; None where that says nothing. ``histogram``: elements by decade of ``max_rel``,
    from "0" (bit-equal) over "1e-12" to "1e+00"; NaN and Inf are counted beside it.
    """

    name: str
    status: str
    reason: str = ""
    dtype: str = ""
    shape: Tuple[int, ...] = ()
    max_abs: float = 0.0
    max_rel: float = 0.0
    cosine: Optional[float] = None
    top1: Optional[float] = None
    top5: Optional[float] = None
    nan: int = 0
    inf: int = 0
    histogram: Mapping[str, int] = field(default_factory=dict)
    tolerance: Tolerance = Tolerance()

    def to_json(self) -> Dict[str, Any]:
        """``max_rel`` is the word "inf" where the reference is all zero: JSON has no infinity."""
        rel = self.max_rel if math.isfinite(self.max_rel) else "inf"
        return dict(asdict(self), max_rel=rel, shape=list(self.shape))


def compare_arrays(
    name: str, reference: Any, candidate: Any, tolerance: Optional[Tolerance] = None, same_dtype: bool = True
) -> OutputComparison:
    """Compare two arrays of any element type; see ``OutputComparison`` for the figures."""
    import numpy

    left, right = numpy.asarray(reference), numpy.asarray(candidate)
    exact = not _is_float(left) and not _is_float(right)
    limit = EXACT if exact else tolerance or for_dtype(str(left.dtype))
    about: Dict[str, Any] = {"dtype": str(right.dtype), "shape": tuple(right.shape), "tolerance": limit}
    if left.shape != right.shape:
        reason = "shape %s, not %s" % (list(right.shape), list(left.shape))
        return OutputComparison(name, DIFFERENT, reason, **about)
    if same_dtype and left.dtype != right.dtype and not _strings(left, right):
        return OutputComparison(name, DIFFERENT, "%s, not %s" % (right.dtype, left.dtype), **about)
    if left.dtype.kind in "OSU" or right.dtype.kind in "OSU":
        wrong = int((left.astype(str) != right.astype(str)).sum())
        reason = "%d of %d strings differ" % (wrong, left.size) if wrong else ""
        return OutputComparison(name, DIFFERENT if wrong else EQUAL, reason, **about)
    return _compare_numbers(name, left, right, limit, about)


def limit_for(array: Any, tolerance: Optional[Tolerance]) -> Tolerance:
    """What an array of the reference is held to: exact unless it holds floats, then ``tolerance`` or its type's own."""
    return (tolerance or for_dtype(str(array.dtype))) if _is_float(array) else EXACT


def _strings(left: Any, right: Any) -> bool:
    return left.dtype.kind in "OSU" and right.dtype.kind in "OSU"


def _is_float(array: Any) -> bool:
    return array.dtype.kind in "fc" or str(array.dtype).startswith(("bfloat", "float"))


def _widen(array: Any) -> Any:
    """double (or complex) for floats; integers keep every bit: int64 does not fit a double."""
    if array.dtype.kind == "c":
        return array.astype("complex128")
    if _is_float(array):
        return array.astype("float64")
    return array.astype("int64") if array.dtype.kind in "bi" or array.dtype.itemsize < 8 else array


def _compare_numbers(
    name: str, left: Any, right: Any, limit: Tolerance, about: Dict[str, Any]
) -> OutputComparison:
    import numpy

    left, right = _widen(left), _widen(right)
    if left.dtype != right.dtype:
        left, right = left.astype("float64"), right.astype("float64")
    finite = numpy.isfinite(left) & numpy.isfinite(right)
    both = ~finite & ((left == right) | (numpy.isnan(left) & numpy.isnan(right)))
    l_finite, r_finite = left[finite], right[finite]
    with numpy.errstate(all="ignore"):
        error = numpy.where(l_finite > r_finite, l_finite - r_finite, r_finite - l_finite)
        error = numpy.abs(l_finite - r_finite) if left.dtype.kind == "c" else error
        magnitude = numpy.abs(l_finite.astype("complex128" if left.dtype.kind == "c" else "float64"))
        scale = float(magnitude.max()) if magnitude.size else 0.0
        bound = limit.rtol * magnitude + limit.atol * scale
        # "!=" first: the difference of two extreme integers wraps around.
        outside = int(((l_finite != r_finite) & ((error > bound) | (limit == EXACT))).sum())
    strange = int((~finite & ~both).sum())
    figures = dict(about)
    figures.update(
        max_abs=float(error.max()) if error.size else 0.0,
        cosine=_cosine(l_finite, r_finite),
        nan=int(numpy.isnan(right).sum()),
        inf=int(numpy.isinf(right).sum()),
        histogram=_histogram(error, scale),
    )
    figures["max_rel"] = figures["max_abs"] / scale if scale else math.inf if figures["max_abs"] else 0.0
    figures["top1"], figures["top5"] = _agreement(left, right, 1), _agreement(left, right, 5)
    reason = _reason(outside, strange, left.size, figures, limit)
    return OutputComparison(name, DIFFERENT if reason else EQUAL, reason, **figures)


def _reason(outside: int, strange: int, size: int, figures: Dict[str, Any], limit: Tolerance) -> str:
    if strange:
        return "NaN or Inf on one side only in %d of %d elements" % (strange, size)
    if outside:
        text = "%d of %d elements differ, by up to %.3g %% of the largest value of this output (%.3g absolute)"
        return text % (outside, size, 100 * figures["max_rel"], figures["max_abs"])
    if figures["cosine"] is not None and figures["cosine"] < limit.cosine:
        return "cosine similarity %.4f is below %.4f" % (figures["cosine"], limit.cosine)
    return ""


def _cosine(left: Any, right: Any) -> Optional[float]:
    """None when a side is all zero or nothing is finite: no direction to compare."""
    import numpy

    if not left.size or left.dtype.kind not in "f":
        return None
    largest = max(float(numpy.abs(left).max()), float(numpy.abs(right).max()))
    if not largest:
        return None
    left, right = left / largest, right / largest  # squares of 1e200 do not fit a double
    norm = float(numpy.sqrt((left * left).sum() * (right * right).sum()))
    return float((left * right).sum()) / norm if norm else None


def _agreement(left: Any, right: Any, count: int) -> Optional[float]:
    """Share of rows whose ``count`` largest entries are the same set; None below 2*count entries."""
    import numpy

    if not left.ndim or left.dtype.kind != "f" or left.shape[-1] < 2 * count or not left.size:
        return None
    rows = [numpy.nan_to_num(a.reshape(-1, a.shape[-1])) for a in (left, right)]
    best = [numpy.sort(numpy.argpartition(-row, count - 1, axis=1)[:, :count], axis=1) for row in rows]
    return float((best[0] == best[1]).all(axis=1).mean())


def _histogram(error: Any, scale: float) -> Dict[str, int]:
    import numpy

    if not error.size:
        return {}
    relative = error.astype("float64") / (scale or 1.0)
    counts: Dict[str, int] = {}
    zeros = int((relative == 0).sum())
    if zeros:
        counts["0"] = zeros
    decades = numpy.clip(numpy.ceil(numpy.log10(relative[relative > 0])), -12, 0).astype(int)
    values, numbers = numpy.unique(decades, return_counts=True)
    counts.update(("%.0e" % 10.0 ** int(value), int(number)) for value, number in zip(values, numbers))
    return counts
