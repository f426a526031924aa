"""What ``proof`` runs in a child process: both models on the same inputs."""

from __future__ import annotations

import os
import time
from typing import Any, Dict, List, Mapping, Tuple

from jetdoctor.fix.judging import CANNOT, as_declared, judge
from jetdoctor.fix.measured import distance
from jetdoctor.fix.proof_inputs import maker, named_feeds, odd_pairs
from jetdoctor.fix.runners import Runner, open_runner
from jetdoctor.fix.trial_sizes import feeds_that_fit
from jetdoctor.model import load
from jetdoctor.types import JetdoctorError

#: share of the time limit that the original may take before no more inputs are tried
ORIGINAL_SHARE = 0.2

#: Bytes of outputs with which inputs are always tried, and how many times those of the first may be exceeded: where
#: numbers of an input are sizes, large ones would only fill the memory.
ROOM, TIMES = 64 << 20, 4

#: which model ONNX Runtime is at: the words of a message, too
ORIGINAL, RESULT = "original", "result"

#: what ONNX Runtime says of an input or output whose element type numpy does not have
NO_NUMPY_TYPE = "numpy"


def compare_files(job: Mapping[str, Any], folder: str) -> Dict[str, Any]:
    """Fields of ``Equivalence``.

    ``job``: original, candidate and inputs (paths, "" for none), seconds, run_seconds (for one run), types: "same",
    "other" when an unsafe fix may have changed the element types of outputs, or "measured" when one gives other numbers
    on purpose; small: whether only the smallest sizes that fit are tried, since the likely ones take too much memory.
    """
    _enter(folder, ORIGINAL)
    Runner.seconds = job["run_seconds"]
    budget = job["seconds"] * ORIGINAL_SHARE
    try:
        return _compare(job, folder, budget)
    except JetdoctorError as error:
        return {"status": "not-run", "reason": str(error)}


def stage(folder: str) -> str:
    """Which model the child was at when it ended (ORIGINAL or RESULT)."""
    return RESULT if os.path.exists(os.path.join(folder, RESULT)) else ORIGINAL


def _enter(folder: str, stage: str) -> None:
    open(os.path.join(folder, stage), "w").close()


def _compare(job: Mapping[str, Any], folder: str, budget: float) -> Dict[str, Any]:
    original, candidate, inputs, types = (job[key] for key in ("original", "candidate", "inputs", "types"))
    runner = open_runner(original)
    feeds = [] if job["small"] else named_feeds(original, candidate, inputs)
    pairs, refusal = _reference_outputs(runner, feeds, budget)
    if not pairs and NO_NUMPY_TYPE in refusal.lower():  # int4 and narrower do not get into ONNX Runtime from Python
        runner = open_runner(original, "reference")
        pairs, refusal = _reference_outputs(runner, feeds, budget)
    if not pairs and not inputs:
        trial = feeds_that_fit(load(candidate), maker(load(original), load(candidate)), runner.run, budget)
        pairs, _ = _reference_outputs(runner, trial, budget)
    if not pairs:
        reasons = [refusal or "no inputs could be made", runner.note]
        return {"status": "not-run", "reason": "; ".join(filter(None, reasons))}
    pairs += odd_pairs(runner, pairs, original)
    kind, note = runner.kind, runner.note
    del runner
    _enter(folder, RESULT)
    if types == "measured":
        return _measure(pairs, candidate, kind)
    found = judge(pairs, original, candidate, kind, types == "same")
    found["reason"] = "; ".join(filter(None, [found["reason"], note]))
    return found


def _measure(pairs: List[Any], candidate: str, kind: str) -> Dict[str, Any]:
    main = load(candidate).main
    types = {name: main.value(name).dtype for name in main.input_names}
    try:
        runner = open_runner(candidate, kind)
        return distance([(name, old, runner.run(as_declared(arrays, types))) for name, arrays, old in pairs])
    except JetdoctorError as error:
        return {"status": "different", "reason": "%s run: %s" % (CANNOT, error)}


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
            outputs = runner.run(arrays)
            if not pairs or _bytes(outputs) <= max(ROOM, TIMES * _bytes(pairs[0][2])):
                pairs.append((name, arrays, outputs))
        except JetdoctorError as error:
            refusal = refusal or str(error)
    return pairs, refusal


def _bytes(outputs: Mapping[str, Any]) -> int:
    return sum(getattr(array, "nbytes", 0) for array in outputs.values())
