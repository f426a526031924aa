"""What ``proof`` runs in a child process: both models on the same inputs."""

from __future__ import annotations

import math
import os
import sys
import time
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

from jetdoctor.fix.candidate import Candidate
from jetdoctor.fix.measured import distance
from jetdoctor.fix.odd_numbers import NOT_NUMBERS, all_finite, odd_feeds
from jetdoctor.fix.runners import Runner, open_runner
from jetdoctor.fix.trial_sizes import feeds_that_fit
from jetdoctor.model import load
from jetdoctor.types import JetdoctorError
from jetdoctor.verify import given, marking
from jetdoctor.verify.compare import Comparison, compare
from jetdoctor.verify.inputs import Case, cases
from jetdoctor.verify.ranges import range_of
from jetdoctor.verify.row_order import open_rows
from jetdoctor.verify.tolerance import BY_DTYPE, Tolerance

#: share of the time limit that the original may take before no more inputs are tried
ORIGINAL_SHARE = 0.2

#: inputs on which two correct engines differ
_UNSTEADY = (
    "with %d of %d inputs the original's own outputs change with the last digits of the inputs, as where scores tie;"
    " real inputs (--inputs FILE.npz) do not"
)

#: which model ONNX Runtime is at: the words of a message, too
ORIGINAL, RESULT = "original", "result"

#: how a reason begins where nothing was compared, since the fixed model cannot be run
CANNOT = "the result does not"

#: why two models were compared elsewhere; an old operator may be another one there
_ELSEWHERE = "run in ONNX's reference evaluator, since the original cannot be run in ONNX Runtime (%s)"

#: what ONNX Runtime says of an input or output whose element type numpy does not have
NO_NUMPY_TYPE = "numpy"

#: for FLOAT outputs of a model that computes in half precision
HALF_INSIDE = Tolerance(2e-4, 1.5e-4, why="2^-11 per rounding, averaged out by the sums that follow")


def compare_files(job: Mapping[str, Any], folder: str) -> Dict[str, Any]:
    """Fields of ``Equivalence``.

    ``job``: original, candidate and inputs (paths, "" for none), seconds, run_seconds (for one run), types: "same",
    "other" when an unsafe fix may have changed the element types of outputs, or "measured" when one gives other numbers
    on purpose.
    """
    _enter(folder, ORIGINAL)
    Runner.seconds = job["run_seconds"]
    budget = job["seconds"] * ORIGINAL_SHARE
    try:
        return _compare(job["original"], job["candidate"], job["inputs"], folder, budget, job["types"])
    except JetdoctorError as error:
        return {"status": "not-run", "reason": str(error)}


def stage(folder: str) -> str:
    """Which model the child was at when it ended (ORIGINAL or RESULT)."""
    return RESULT if os.path.exists(os.path.join(folder, RESULT)) else ORIGINAL


def _enter(folder: str, stage: str) -> None:
    open(os.path.join(folder, stage), "w").close()


def _compare(original: str, candidate: str, inputs: str, folder: str, budget: float, types: str) -> Dict[str, Any]:
    runner, feeds = open_runner(original), _feeds(original, candidate, inputs)
    pairs, refusal = _reference_outputs(runner, feeds, budget)
    if not pairs and NO_NUMPY_TYPE in refusal.lower():  # int4 and narrower do not get into ONNX Runtime from Python
        runner = open_runner(original, "reference")
        pairs, refusal = _reference_outputs(runner, feeds, budget)
    if not pairs and not inputs:
        trial = feeds_that_fit(load(candidate), _maker(load(original), load(candidate)), runner.run, budget)
        pairs, _ = _reference_outputs(runner, trial, budget)
    if not pairs:
        reasons = [refusal or "no inputs could be made", runner.why and _ELSEWHERE % runner.why]
        return {"status": "not-run", "reason": "; ".join(filter(None, reasons))}
    pairs += _odd_pairs(runner, pairs, original)
    kind, why = runner.kind, runner.why
    del runner
    _enter(folder, RESULT)
    if types == "measured":
        return _measure(pairs, candidate, kind)
    found = _judge(pairs, original, candidate, kind, types == "same")
    found["reason"] = "; ".join(filter(None, [found["reason"], why and _ELSEWHERE % why]))
    return found


def _measure(pairs: List[Any], candidate: str, kind: str) -> Dict[str, Any]:
    main = load(candidate).main
    types = {name: main.value(name).dtype for name in main.input_names}
    try:
        runner = open_runner(candidate, kind)
        return distance([(name, old, runner.run(_as_declared(arrays, types))) for name, arrays, old in pairs])
    except JetdoctorError as error:
        return {"status": "different", "reason": "%s run: %s" % (CANNOT, error)}


def _feeds(original: str, candidate: str, inputs: str) -> List[Tuple[str, Dict[str, Any]]]:
    """Named inputs for both models. Their ranges are read off the original, their sizes off the result."""
    before, after = load(original), load(candidate)
    make = _maker(before, after)
    found = given.runs(inputs, before) if inputs else []
    for case in cases(after):
        try:
            found.append((case.name, make(case)))
        except JetdoctorError:
            continue
    return found


def _maker(before: Any, after: Any) -> Callable[[Case], Dict[str, Any]]:
    """Makes the inputs of a case: ranges are those of the original, sizes those of the result."""
    known, fixed = set(before.main.input_names) - set(after.main.initializers), {}
    for name in after.main.input_names:
        shape = after.main.value(name).static_shape
        if shape is not None and name in known:
            fixed[name] = shape
    return lambda case: case.feeds(before, fixed)


def _reference_outputs(
    runner: Runner, feeds: List[Tuple[str, Dict[str, Any]]], budget: float
) -> Tuple[List[Tuple[str, Dict[str, Any], Dict[str, Any]]], str]:
    """(name, inputs, outputs) of every set of inputs that the original takes."""
    pairs: List[Tuple[str, Dict[str, Any], Dict[str, Any]]] = []
    refusal, end = "", time.monotonic() + budget
    for name, arrays in feeds:
        if pairs and time.monotonic() > end:
            break
        try:
            pairs.append((name, arrays, runner.run(arrays)))
        except JetdoctorError as error:
            refusal = refusal or str(error)
    return pairs, refusal


def _odd_pairs(runner: Runner, pairs: List[Any], original: str) -> List[Any]:
    """Inputs with NaN, infinities and denormals on which the original gives finite results."""
    found: List[Any] = []
    main = load(original).main
    free = {name for name in main.input_names if range_of(main.value(name)).kind in ("free", "image")}
    feeds: Dict[str, Any] = next((given for kind, given, _ in pairs if kind.startswith("random")), {})
    for name, arrays in odd_feeds(feeds, free):
        try:
            outputs = runner.run(arrays)
        except JetdoctorError:
            continue
        if all_finite(outputs):
            found.append((name, arrays, outputs))
    return found


def _judge(pairs: List[Any], original: str, candidate: str, kind: str, same: bool) -> Dict[str, Any]:
    worst: Dict[str, Any] = {"status": "not-run", "runs": 0, "max_abs": 0.0, "max_rel": 0.0, "reason": ""}
    worst["row_order"] = ""
    try:
        runner = open_runner(candidate, kind)
    except JetdoctorError as error:
        return {"status": "different", "reason": "%s load: %s" % (CANNOT, error)}
    unsteady, strange = 0, []
    main = load(candidate).main
    types = {name: main.value(name).dtype for name in main.input_names}
    tolerance = HALF_INSIDE if _computes_in_half(original) else None
    if not same:
        tolerance = _of_narrowed(original) or tolerance
    rows = open_rows(load(original))
    for name, arrays, expected in pairs:
        try:
            found = runner.run(_as_declared(arrays, types))
            inner = _inner(original, kind, arrays)
            comparison = compare(expected, found, tolerance, same_dtype=same, open_rows=rows, inner=inner)
        except JetdoctorError as error:
            return dict(worst, status="different", reason="%s run with %s inputs: %s" % (CANNOT, name, error))
        if not comparison.equal:
            if name in NOT_NUMBERS:
                strange.append(name)
                continue
            if _unsteady(original, kind, arrays, expected):
                unsteady += 1
                continue
            reason = "with %s inputs, output %s" % (name, comparison.reason)
            return dict(worst, status="different", reason=reason, row_order=comparison.row_order, **_errors(comparison))
        worst["status"] = "equal"
        worst["runs"] += 1
        worst["row_order"] = worst["row_order"] or comparison.row_order
        worst["tolerance"] = _allowed(comparison) or worst.get("tolerance", "")
        for key, value in _errors(comparison).items():
            worst[key] = max(worst[key], value)
    if strange:
        worst["reason"] = "%s inputs give different results" % " or ".join(strange)
    if unsteady:
        worst["reason"] = _UNSTEADY % (unsteady, len(pairs))
        # What agrees on a few inputs and cannot be judged on most is not proven.
        worst["status"] = "equal" if worst["runs"] > unsteady else "not-run"
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


def _as_declared(arrays: Mapping[str, Any], types: Mapping[str, Optional[str]]) -> Dict[str, Any]:
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


def _unsteady(original: str, kind: str, arrays: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    """Whether the original disagrees with itself when its inputs change in their last digits.

    TopK and the like order equal values by rounding noise: such inputs say nothing about a fix.
    """
    import numpy

    random, nudged = numpy.random.RandomState(0), {}
    for name, array in arrays.items():
        nudged[name] = array
        if getattr(array, "dtype", None) is not None and array.dtype.kind == "f":
            step = 2 * float(numpy.finfo(array.dtype).eps)
            noise = random.standard_normal(array.shape)
            size = numpy.abs(array.astype("float64"))
            noise *= step * (size + 1e-3 * (size.max(initial=0) or 1.0))
            nudged[name] = (array + noise).astype(array.dtype)
    try:
        if not compare(expected, open_runner(original, kind).run(nudged)).equal:
            return True
        optimized = open_runner(original, kind, optimize=True).run(dict(arrays))
        return not compare(expected, optimized).equal
    except JetdoctorError:
        return False


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
