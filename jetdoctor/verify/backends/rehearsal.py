"""The precision rehearsal as evidence: what FP16, BF16 or INT8 would do, computed on the CPU."""

from __future__ import annotations

import os
from typing import Any, Dict

from jetdoctor.child.workplace import folder, run_task
from jetdoctor.types import Evidence, Finding, Fix, Location, parse_version
from jetdoctor.verify import calibration, inputs, judge, trtexec_flags
from jetdoctor.verify.job import Job
from jetdoctor.wording import sets_of_inputs

NAME = "rehearsal"
RULE = "JD614"

#: Sets of calibration data that INT8 is judged on, beside the user's own inputs.
_SETS = 8

#: So many layers are named to the builder whatever the size of the model.
_FEW = 12

#: Smallest positive number (IEEE 754 half, subnormal).
_SMALLEST = {"fp16": 6e-8}


def missing(job: Job) -> str:
    """Why it cannot run for this job, "" when it can."""
    from importlib.util import find_spec

    if job.precision == "fp32":
        return "FP32 needs no rehearsal (--precision fp16, bf16 or int8)"
    if job.precision == "int8" and job.calibration and not calibration.is_data(job.calibration):
        return "the rehearsal needs the calibration data; %s is a cache of an earlier build" % job.calibration
    if job.precision == "int8" and not job.calibration:
        return "INT8 needs calibration data: --calibration FILE.npz or a folder of images, a few hundred real inputs"
    if find_spec("onnxruntime") is None:
        return "onnxruntime is not installed (python3 -m pip install onnxruntime)"
    return ""


def run(job: Job) -> Evidence:
    """ "passed" when the precision is safe on these inputs, "different" with the layers to keep in FP32."""
    with folder() as place:
        question: Dict[str, Any] = {"model": os.path.abspath(job.model), "precision": job.precision}
        question["inputs"] = [
            path for path, (name, _) in zip(judge.save_inputs(job, place), job.runs) if not inputs.is_extreme(name)
        ]
        if job.precision == "int8":
            question.update(calibration=calibration.save(job, place), calibrator=job.calibrator)
            # Ranges hold for inputs like those that they come from, not for generated ones.
            question["inputs"] = question["inputs"][: job.given] + question["calibration"][:_SETS]
        task = "jetdoctor.verify.rehearsal:rehearse"
        ended, answer = run_task(task, question, place, job.time_limit, job.memory_limit)
    if "status" not in answer:
        status = ended.status if ended.status in ("crashed", "timed-out", "out-of-memory") else "not-run"
        return Evidence(NAME, "not-run", status, "the rehearsal %s" % ended.reason, ended.seconds)
    if answer["status"] == "refused":
        text = "ONNX Runtime runs the model on none of the generated inputs: " + answer["reason"] + judge.BETTER_INPUTS
        return Evidence(NAME, "not-run", "not-run", text, ended.seconds, {"inputs_refused": True})
    details = dict(answer, command=_command(job, answer))
    status = "passed" if answer["status"] == "safe" else "different"
    found = () if status == "passed" else (_finding(job, answer, details["command"]),)
    text = message(job.precision, answer)
    if job.precision == "int8":
        text += "; ranges by %s from %s" % (job.calibrator, sets_of_inputs(len(question["calibration"])))
    return Evidence(NAME, "static", status, text, ended.seconds, details, found)


def message(precision: str, answer: Dict[str, Any]) -> str:
    """One line: safe, how many of the layers are to stay in FP32, or not with any choice of layers that was tried."""
    name, overflow = precision.upper(), answer["overflow"]
    if not answer["rehearsed"]:
        return "no FP32 tensor to round: %s changes nothing" % name
    if answer["status"] == "safe":
        return "%s is safe on these inputs: %d tensors rounded, outputs agree" % (name, answer["rehearsed"])
    why = "output " + answer["reason"]
    if overflow:
        first = overflow[0]
        where = "%s %s" % (first["op_type"], first["node_name"] or first["tensor"])
        why = "%d tensors overflow, first %s with %.3g" % (len(overflow), where, first["largest"])
    scale = answer.get("scale")
    if scale is not None and scale < _SMALLEST.get(precision, 0.0):
        why += "; the values of this output, up to %.2g, are below the smallest number in %s" % (scale, name)
    if answer["status"] == "mixed":
        text = "%s changes the outputs unless %d of %d layers stay in FP32: %s"
        text %= (name, len(answer["keep"]), answer["total"], why)
        return text + ("; that is most of the model: build it in FP32" if _most(answer) else "")
    return "%s is not safe, even with the worst layers kept in FP32: %s" % (name, why)


def _most(answer: Dict[str, Any]) -> bool:
    """Whether so many layers must stay in FP32 that a mixed engine gains little."""
    return len(answer["keep"]) > _FEW and 2 * len(answer["keep"]) > answer["total"]


def _command(job: Job, answer: Dict[str, Any]) -> str:
    """trtexec's options that keep the layers in FP32, "" when none or for a release without them."""
    names = [node["node_name"] for node in answer["keep"] if node["node_name"]]
    version = parse_version(job.target.tensorrt or "") if job.target else ()
    if not names or _most(answer) or version and not trtexec_flags.known("--layerPrecisions", version):
        return ""
    arguments = trtexec_flags.layer_precisions(version or (8, 4), names)
    return " ".join(["--" + job.precision] + arguments)


def _finding(job: Job, answer: Dict[str, Any], command: str) -> Finding:
    fixes = [Fix("trtexec " + command, "manual")] if command else []
    if answer["unnamed"]:
        fixes.append(Fix("Name the %d nodes without a name, then rehearse again" % answer["unnamed"], "manual"))
    if not fixes:
        fixes.append(Fix("Build in FP32, or convert with ModelOpt AutoCast and compare", "manual"))
    places = [_place(job, node) for node in answer["keep"]]
    return Finding(
        rule=RULE,
        name="precision-unsafe",
        severity="warning",
        outcome="precision",
        message=message(job.precision, answer),
        location=places[0] if places else None,
        also=tuple(places[1:]),
        fixes=tuple(fixes),
        sources=("rehearsal on the CPU with ONNX Runtime",),
        basis="measured",
    )


def _place(job: Job, node: Dict[str, Any]) -> Location:
    return job.view.main.nodes[node["node_index"]].location()
