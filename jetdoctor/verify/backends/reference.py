"""ONNX Runtime: the candidate against the original, or a model alone.

No TensorRT takes part, so that it never earns more than ``static``: it shows that a changed model
computes what the original did.
"""

from __future__ import annotations

from typing import Any, Dict

from jetdoctor.types import Evidence
from jetdoctor.verify import divergence, judge
from jetdoctor.verify.job import Job
from jetdoctor.verify.workplace import folder

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
            return _not_run("%s does not run: %s" % (whose, expected.refusal), expected)
        if job.reference is None:
            return _alone(job, expected)
        got = judge.reference(job, job.model, "got", inputs, place)
        seconds = expected.ended.seconds + got.ended.seconds
        if got.refusal:
            text = "the original runs, the candidate does not: %s" % got.refusal
            return Evidence(NAME, "static", "refused", text, seconds)
        compared = judge.compare_runs(job, expected.files, got.files)
        details: Dict[str, Any] = judge.summary(compared)
        if not details["different_runs"]:
            text = "candidate and original agree in ONNX Runtime on %d sets of inputs" % len(compared)
            return Evidence(NAME, "static", "passed", text + "; no TensorRT took part", seconds, details)
        reason = details["comparison"]["reason"]
        if job.bisect:
            details["divergence"] = divergence.between_models(job, details["worst_run"], place)
        text = "candidate and original differ: %s (inputs: %s)" % (reason, details["worst_run"])
        text += divergence.sentence(details.get("divergence", {}))
        return Evidence(NAME, "static", "different", text, seconds, details)


def _not_run(text: str, outcome: judge.Outcome) -> Evidence:
    details = {"refusals": dict(outcome.refusals or {}), "log": outcome.ended.log}
    return Evidence(NAME, "not-run", "not-run", text, outcome.ended.seconds, details)


def _alone(job: Job, outcome: judge.Outcome) -> Evidence:
    from jetdoctor.verify import arrays, strange

    count = sum(path is not None for path in outcome.files)
    odd = [name for path in outcome.files if path for name in strange.not_finite(arrays.load(path))]
    text = (
        "runs in ONNX Runtime on %d sets of inputs; nothing to compare it with (--reference ORIGINAL)" % count
    )
    if odd:
        text += "; NaN or Inf in %s" % ", ".join(sorted(set(odd)))
    details = {"runs": count, "not_finite": sorted(set(odd)), "refusals": dict(outcome.refusals or {})}
    return Evidence(NAME, "not-run", "not-run", text, outcome.ended.seconds, details)
