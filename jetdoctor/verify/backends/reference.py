"""ONNX Runtime: the candidate against the original, or a model alone.

No TensorRT takes part, so that it never earns more than ``static``: it shows that a changed model
computes what the original did.
"""

from __future__ import annotations

from typing import Any, Dict

from jetdoctor.child.workplace import folder
from jetdoctor.types import Evidence
from jetdoctor.verify import divergence, findings, judge
from jetdoctor.verify.job import Job
from jetdoctor.wording import sets_of_inputs

NAME = "onnxruntime"


def missing(job: Job) -> str:
    """Why it cannot run here, "" when it can."""
    from importlib.util import find_spec

    if find_spec("onnxruntime") is None:
        return "onnxruntime is not installed (python3 -m pip install onnxruntime)"
    return ""


def run(job: Job) -> Evidence:
    """Compare ``job.model`` with ``job.reference``; without one, only run it."""
    with folder() as place:
        inputs = judge.save_inputs(job, place)
        expected = judge.reference(job, job.original, "expected", inputs, place)
        if expected.refusal:
            whose = "the original" if job.reference else "the model"
            return _not_run("%s does not run: %s" % (whose, expected.refusal), job, expected)
        if job.reference is None:
            return _alone(job, expected)
        got = judge.reference(job, job.model, "got", inputs, place)
        seconds = expected.ended.seconds + got.ended.seconds
        if got.refusal:
            text = "the original runs, the candidate does not: %s" % got.refusal
            return Evidence(NAME, "static", "refused", text, seconds)
        compared = judge.compare_runs(job, expected.files, got.files, place)
        details: Dict[str, Any] = judge.summary(compared)
        if not details["different_runs"]:
            text = "candidate and original agree in ONNX Runtime on " + sets_of_inputs(len(compared))
            text += judge.row_order(details) + "; no TensorRT was involved"
            return Evidence(NAME, "static", "passed", text, seconds, details)
        reason = details["comparison"]["reason"]
        if job.bisect:
            details["divergence"] = divergence.between_models(job, details["worst_run"], place)
        text = "candidate and original differ: %s (inputs: %s)" % (reason, details["worst_run"])
        text += divergence.sentence(details.get("divergence", {})) + judge.row_order(details)
        return Evidence(NAME, "static", "different", text, seconds, details)


def _not_run(text: str, job: Job, outcome: judge.Outcome) -> Evidence:
    """Nothing to say; but a runtime that dies of the model is a finding."""
    details: Dict[str, Any] = {"refusals": dict(outcome.refusals or {}), "log": outcome.ended.log}
    details["inputs_refused"] = outcome.inputs_refused
    status = outcome.ended.status
    if status not in ("crashed", "timed-out", "out-of-memory"):
        return Evidence(NAME, "not-run", "not-run", text, outcome.ended.seconds, details)
    found = findings.from_child(NAME, outcome.ended, job)
    return Evidence(NAME, "not-run", status, text, outcome.ended.seconds, details, found)


def _alone(job: Job, outcome: judge.Outcome) -> Evidence:
    """It ran, and what came out is finite or not: no proof of anything, so that it is not called passed."""
    from jetdoctor.verify import arrays, strange

    files = [(name, path) for (name, _), path in zip(job.runs, outcome.files) if path]
    odd = [(name, out) for name, path in files for out in strange.not_finite(arrays.load(path))]
    tensors, where = list(dict.fromkeys(out for _, out in odd)), list(dict.fromkeys(name for name, _ in odd))
    text = "runs in ONNX Runtime on %s; " % sets_of_inputs(len(files))
    text += "NaN or Inf in %s (inputs: %s); " % (", ".join(tensors[:4]), ", ".join(where[:4])) if odd else ""
    text += "nothing was compared (--reference ORIGINAL, or a board with --ssh)"
    details = {"runs": len(files), "not_finite": tensors, "refusals": dict(outcome.refusals or {})}
    return Evidence(NAME, "not-run", "ran", text, outcome.ended.seconds, details)
