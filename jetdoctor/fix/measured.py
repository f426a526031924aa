"""How far a re-quantized model is from the original: it is not equal on purpose, so the difference is measured."""

from __future__ import annotations

import math
from typing import Any, Dict, List, Mapping, Tuple

from jetdoctor.fix.odd_numbers import KINDS
from jetdoctor.verify.compare import compare
from jetdoctor.verify.inputs import CASES

#: root of the squared errors over that of the squared outputs; beyond it the result is not near the original any more
MOST = 0.2


def distance(runs: List[Tuple[str, Mapping[str, Any], Mapping[str, Any]]]) -> Dict[str, Any]:
    """The answer of the proof for (name, expected, found) of every run; edge cases are compared and not measured.

    Outputs of another shape, or that are not numbers on one side only, are "different" without a figure.
    """
    worst: Dict[str, Any] = dict(status="different", runs=0, max_abs=0.0, max_rel=0.0, reason="", near=False)
    error, agree = 0.0, []
    for name, expected, found in runs:
        comparison = compare(expected, found)
        broken = next((o for o in comparison.outputs if "shape" in o.reason or "NaN" in o.reason), None)
        if broken is not None or not comparison.outputs:
            return dict(worst, reason="with %s inputs, output %s" % (name, comparison.reason))
        if name.split(",")[0] in CASES[1:] + KINDS:
            continue
        worst["runs"] += 1
        worst["max_abs"] = max(worst["max_abs"], comparison.max_abs)
        worst["max_rel"] = max(worst["max_rel"], comparison.max_rel if math.isfinite(comparison.max_rel) else 1.0)
        error = max([error] + [_error(expected[o.name], found[o.name]) for o in comparison.outputs if o.name in found])
        agree += [o.top1 for o in comparison.outputs if o.top1 is not None]
    worst["near"] = bool(worst["runs"]) and error <= MOST
    return dict(worst, reason=_words(error, agree, worst))


def _words(error: float, agree: List[float], worst: Mapping[str, Any]) -> str:
    if not error:
        return "re-quantized, and equal on these inputs"
    text = "re-quantized: an error of %.2g %% of the outputs (%.0f dB)" % (100 * error, -20 * math.log10(error))
    if agree:
        text += ", the largest value in the same place in %.4g %% of rows" % (100 * sum(agree) / len(agree))
    return text if worst["near"] else text + ", more than the %g %% that coarser steps explain" % (100 * MOST)


def _error(expected: Any, found: Any) -> float:
    """Root of the squared differences over the root of the squared values."""
    import numpy

    if getattr(expected, "dtype", None) is None or expected.dtype.kind != "f":
        return 0.0
    left, right = expected.astype("float64"), found.astype("float64")
    finite = numpy.isfinite(left) & numpy.isfinite(right)
    size = float(numpy.sqrt((left[finite] ** 2).sum()))
    apart = float(numpy.sqrt(((left - right)[finite] ** 2).sum()))
    return apart / size if size else (1.0 if apart else 0.0)

