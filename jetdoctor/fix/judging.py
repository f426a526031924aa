"""Whether the outputs of the fixed model are those of the original: with which tolerance, in which order of rows."""

from __future__ import annotations

import math
import sys
from typing import Any, Callable, Dict, List, Mapping, Optional

from jetdoctor.fix.candidate import Candidate
from jetdoctor.fix.odd_numbers import NOT_NUMBERS
from jetdoctor.fix.pieces import Pieces
from jetdoctor.fix.runners import open_runner
from jetdoctor.fix.ties import unsteady
from jetdoctor.model import load
from jetdoctor.types import JetdoctorError
from jetdoctor.verify import marking
from jetdoctor.verify.compare import Comparison, compare
from jetdoctor.verify.row_order import open_rows
from jetdoctor.verify.tolerance import BY_DTYPE, Tolerance

#: inputs on which two correct engines differ
_UNSTEADY = (
    "with %d of %d inputs the original's own outputs change with the last digits of the inputs, as where scores tie"
)
_REAL = "; real inputs (--inputs FILE.npz) do not"

#: how such inputs were judged nevertheless
_IN_PIECES = ": there the models agree %s"

#: how a reason begins where nothing was compared, since the fixed model cannot be run
CANNOT = "the result does not"

#: for FLOAT outputs of a model that computes in half precision
HALF_INSIDE = Tolerance(2e-4, 1.5e-4, why="2^-11 per rounding, averaged out by the sums that follow")


def judge(pairs: List[Any], original: str, candidate: str, kind: str, same: bool) -> Dict[str, Any]:
    worst: Dict[str, Any] = {"status": "not-run", "runs": 0, "max_abs": 0.0, "max_rel": 0.0, "reason": ""}
    worst["row_order"] = ""
    try:
        runner = open_runner(candidate, kind)
    except JetdoctorError as error:
        return {"status": "different", "reason": "%s load: %s" % (CANNOT, error)}
    restless, unjudged, strange = 0, 0, []
    pieces: Optional[Pieces] = None
    main = load(candidate).main
    types = {name: main.value(name).dtype for name in main.input_names}
    tolerance = HALF_INSIDE if _computes_in_half(original) else None
    if not same:
        tolerance = _of_narrowed(original) or tolerance
    rows = open_rows(load(original))
    for name, arrays, expected in pairs:
        try:
            found = runner.run(as_declared(arrays, types))
            inner = _inner(original, kind, arrays)
            comparison = compare(expected, found, tolerance, same_dtype=same, open_rows=rows, inner=inner)
        except JetdoctorError as error:
            return dict(worst, status="different", reason="%s run with %s inputs: %s" % (CANNOT, name, error))
        if not comparison.equal:
            if name in NOT_NUMBERS:
                strange.append(name)
                continue
            if not unsteady(original, kind, arrays, expected):
                reason = "with %s inputs, output %s" % (name, comparison.reason)
                order = comparison.row_order
                return dict(worst, status="different", reason=reason, row_order=order, **_errors(comparison))
            restless += 1
            pieces = pieces or Pieces(original, candidate, kind)
            comparison = pieces.compare(arrays, as_declared(arrays, types), tolerance, same)
            if not comparison.equal:
                unjudged += 1
                continue
        worst["status"] = "equal"
        worst["runs"] += 1
        worst["row_order"] = worst["row_order"] or comparison.row_order
        worst["tolerance"] = _allowed(comparison) or worst.get("tolerance", "")
        for key, value in _errors(comparison).items():
            worst[key] = max(worst[key], value)
    if strange:
        worst["reason"] = "%s inputs give different results" % " or ".join(strange)
    if restless:
        worst["reason"] = _UNSTEADY % (restless, len(pairs))
        worst["reason"] += _REAL if unjudged or pieces is None else _IN_PIECES % pieces.words
        # What agrees on a few inputs and cannot be judged on most is not proven.
        worst["status"] = "equal" if worst["runs"] > unjudged else "not-run"
    return worst


def _inner(original: str, kind: str, arrays: Mapping[str, Any]) -> Callable[[str], Any]:
    """For ``compare``: a tensor of the original by name, from a run of its own."""

    def value(name: str) -> Any:
        import onnx

        proto = onnx.load(original, load_external_data=False)
        try:
            with Candidate(marking.mark(proto, [name]), original, check=False) as marked:
                return open_runner(marked.path, kind).run(dict(arrays))[name]
        except JetdoctorError:
            return None

    return value


def as_declared(arrays: Mapping[str, Any], types: Mapping[str, Optional[str]]) -> Dict[str, Any]:
    """Inputs as FLOAT where an unsafe fix made the result take them so."""
    taken = dict(arrays)
    for name, array in arrays.items():
        dtype = getattr(array, "dtype", None)
        if types.get(name) == "FLOAT" and dtype is not None and str(dtype) != "float32":
            taken[name] = array.astype("float32")
    return taken


def _of_narrowed(path: str) -> Optional[Tolerance]:
    """How near FLOAT comes to a model of DOUBLE or BFLOAT16; None for a model of neither."""
    main = load(path).main
    types = {main.value(name).dtype for name in main.output_names + main.input_names}
    types.update(main.value(name).dtype for node in main.nodes for name in node.outputs if name)
    if "BFLOAT16" in types:
        return BY_DTYPE["bfloat16"]
    return BY_DTYPE["float32"] if "DOUBLE" in types else None


def _computes_in_half(path: str) -> bool:
    """Whether a model computes in FLOAT16 although its outputs are FLOAT."""
    view = load(path)
    outputs = [view.main.value(name).dtype for name in view.main.output_names]
    if "FLOAT" not in outputs:
        return False
    values = (value for graph in view.graphs() for value in graph.initializers.values())
    return any(value.data_type in (10, 16) for value in values)


def _allowed(comparison: Comparison) -> str:
    """The loosest tolerance that an output was held to, in words; "" when all had to be exact."""
    loose = [output for output in comparison.outputs if output.tolerance.rtol or output.tolerance.atol]
    if not loose:
        return ""
    one = max(loose, key=lambda output: output.tolerance.atol)
    text = "%s: %g of the largest value and %g of each element"
    return text % (one.dtype, one.tolerance.atol, one.tolerance.rtol)


def _errors(comparison: Comparison) -> Dict[str, float]:
    """The errors, as numbers that JSON can hold."""
    errors = {"max_abs": comparison.max_abs, "max_rel": comparison.max_rel}
    return {key: error if math.isfinite(error) else sys.float_info.max for key, error in errors.items()}
