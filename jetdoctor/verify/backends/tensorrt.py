"""JetPack's own TensorRT through its Python bindings: the strongest evidence there is."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Optional, Tuple

from jetdoctor.child.workplace import folder, run_task
from jetdoctor.types import Evidence
from jetdoctor.verify import arrays, calibration, divergence, engine_file, findings, judge, latency
from jetdoctor.verify.backends.rtx import steering_values
from jetdoctor.verify.job import Job, workspace_for
from jetdoctor.verify.profiles import to_json
from jetdoctor.verify.tolerance import BY_PRECISION
from jetdoctor.wording import sets_of_inputs

NAME = "tensorrt"


def missing(job: Job) -> str:
    """Why it cannot run here, "" when it can."""
    from importlib.util import find_spec

    if job.ssh:
        return "the bindings run on this machine only; over SSH, trtexec builds"
    if find_spec("tensorrt") is None:
        return "no tensorrt bindings in this Python (JetPack: the system's python3, or a venv that sees them)"
    if not _has_gpu():
        return "tensorrt is installed, but this machine has no NVIDIA GPU"
    return ""


def _has_gpu() -> bool:
    """A device node of the driver: of Jetson's (nvhost, nvgpu) or of a discrete GPU."""
    nodes = ("/dev/nvhost-gpu", "/dev/nvgpu", "/dev/nvidia0", "/dev/nvhost-ctrl-gpu")
    return any(os.path.exists(node) for node in nodes)


def run(job: Job) -> Evidence:
    """Build and compare in a child."""
    with folder() as place:
        inputs = judge.save_inputs(job, place)
        engine = os.path.join(place, "model.engine")
        question = _question(job, engine, inputs)
        ended, answer = run_task(
            "jetdoctor.verify.trt_worker:build_and_run", question, place, job.time_limit, job.memory_limit
        )
        details: Dict[str, Any] = dict(answer, log=ended.log, peak_mb=ended.peak_mb)
        refused = _refusal(job, ended, answer, details)
        if refused is not None:
            return refused
        if job.save_engine:
            engine_file.keep(engine, job.save_engine, job, answer["version"])
        return _compared(job, ended, answer, details, inputs, place)


def _question(job: Job, engine: str, inputs: Any) -> Dict[str, Any]:
    return {
        "model": os.path.abspath(job.model),
        "engine": engine,
        "inputs": inputs,
        "precision": job.precision,
        "workspace": job.workspace or workspace_for(job.target),
        "profiles": to_json(job.profiles),
        "values": steering_values(job),
        "calibrator": job.calibrator,
        "calibration": _calibration(job, os.path.dirname(engine)),
        "timing_cache": job.timing_cache,
        "keep_fp32": list(job.keep_fp32),
        "module": job.extra.get("module", "tensorrt"),
    }


def _calibration(job: Job, place: str) -> List[str]:
    """Files for the calibrator: sets of inputs, or one cache."""
    if job.precision != "int8" or not job.calibration:
        return []
    if not calibration.is_data(job.calibration):
        return [os.path.abspath(job.calibration)]
    return calibration.save(job, place)


def _refusal(job: Job, ended: Any, answer: Dict[str, Any], details: Dict[str, Any]) -> Optional[Evidence]:
    if "built" not in answer:
        died = ended.status in ("crashed", "timed-out", "out-of-memory")
        found = findings.from_child(NAME, ended, job) if died else ()
        status = ended.status if died else "not-run"
        message = "the compiler %s" % (ended.reason or "gave no answer")
        return Evidence(NAME, "not-run", status, message, ended.seconds, details, found)
    if not answer["built"]:
        found = findings.from_compiler(NAME, answer["errors"], ended.log, job)
        message = "TensorRT %s refuses the model" % answer["version"]
        return Evidence(NAME, "built", "refused", message, ended.seconds, details, found)
    return None


def _compared(
    job: Job, ended: Any, answer: Dict[str, Any], details: Dict[str, Any], inputs: Any, place: str
) -> Evidence:
    expected = judge.reference(job, job.original, "expected", inputs, place)
    if expected.refusal:
        text = "built; not compared, since ONNX Runtime cannot compute a reference: %s" % expected.refusal
        return Evidence(NAME, "built", "passed", text, ended.seconds, details)
    from dataclasses import replace

    held = replace(job, tolerance=job.tolerance or BY_PRECISION[job.precision])
    compared = judge.compare_runs(held, expected.files, answer["files"], place, ordered=False, same_dtype=False)
    details.update(judge.summary(compared))
    head = "TensorRT %s (%s)" % (answer["version"], job.precision)
    wrong = details["different_runs"]
    if not wrong:
        text = "%s agrees with ONNX Runtime on %s" % (head, sets_of_inputs(len(compared))) + judge.row_order(details)
        fast, said = _timed(job, answer, details)
        return Evidence(NAME, "verified", "passed" if fast else "different", text + said, ended.seconds, details)
    text = "%s differs from ONNX Runtime: %s (inputs: %s)" % (head, details["comparison"]["reason"], wrong[0])
    if job.bisect:
        details["divergence"] = _first_difference(held, wrong[0], place)
        text += divergence.sentence(details["divergence"])
    text += judge.row_order(details)
    return Evidence(NAME, "verified", "different", text, ended.seconds, details)


def _timed(job: Job, answer: Dict[str, Any], details: Dict[str, Any]) -> Tuple[bool, str]:
    if answer.get("times"):
        details["latency"] = latency.measure(answer["times"], job.extra.get("device")).to_json()
    return latency.gate(details, job.max_latency_ms)


def _first_difference(job: Job, run: str, place: str) -> Dict[str, Any]:
    def outputs(model: str, feeds: Any, want: Any) -> Any:
        path = os.path.join(place, "marked-input.npz")
        arrays.save(path, feeds)
        question = dict(_question(job, os.path.join(place, "marked.engine"), [path]), model=model)
        task = "jetdoctor.verify.trt_worker:build_and_run"
        _, answer = run_task(task, question, place, job.time_limit, job.memory_limit)
        return arrays.load(answer["files"][0]) if answer.get("files") else {}

    return divergence.upstream_search(job, run, place, outputs)
