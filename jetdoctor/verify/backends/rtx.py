"""TensorRT-RTX: NVIDIA's compiler for desktop GPUs, which parses and builds on a CPU alone.

It earns ``compiled``: a real NVIDIA compiler took the model, but not the one on the device. Its parser
and library are newer than those of any JetPack, so that it takes what an old TensorRT refuses.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

from jetdoctor.child.workplace import folder, run_task
from jetdoctor.types import Evidence, parse_version
from jetdoctor.verify import findings
from jetdoctor.verify.job import Job, workspace_for
from jetdoctor.verify.profiles import to_json

NAME = "tensorrt-rtx"

#: trt.ComputeCapability of TensorRT-RTX 1.7.
SUPPORTED = ("7.5", "8.0", "8.6", "8.9", "12.0", "12.1")


def missing(job: Job) -> str:
    """Why it cannot run here, "" when it can."""
    from importlib.util import find_spec

    if find_spec("tensorrt_rtx") is None:
        return "tensorrt-rtx is not installed (python3 -m pip install tensorrt-rtx; x86-64 Linux and Windows)"
    return ""


def architecture(capability: Optional[str]) -> Tuple[str, str]:
    """("SM86", remark) for a GPU: the nearest that TensorRT-RTX compiles for, and what that means.

    >>> architecture("8.7")[0]
    'SM86'
    """
    if capability in SUPPORTED:
        return "SM" + str(capability).replace(".", ""), ""
    if capability is None:
        return "SM86", "no GPU named: compiled for compute capability 8.6"
    wanted = parse_version(capability)
    older = [name for name in SUPPORTED if parse_version(name) <= wanted]
    if not older:
        text = "TensorRT-RTX needs compute capability 7.5 or newer and cannot build for %s: compiled for 7.5"
        return "SM75", text % capability
    nearest = max(older, key=parse_version)
    same = parse_version(nearest)[0] == wanted[0]
    text = "TensorRT-RTX does not know compute capability %s: compiled for %s, %s"
    kin = "of the same generation" if same else "another generation"
    return "SM" + nearest.replace(".", ""), text % (capability, nearest, kin)


def run(job: Job) -> Evidence:
    """Parse and build in a child; ``passed`` means compiled, never that outputs are right."""
    sm, remark = architecture(job.target.compute_capability if job.target else None)
    question = {
        "model": job.model,
        "sm": sm,
        "profiles": to_json(job.profiles),
        "workspace": job.workspace or workspace_for(job.target),
        "values": steering_values(job),
    }
    with folder() as place:
        task = "jetdoctor.verify.rtx_build:build"
        ended, answer = run_task(task, question, place, job.time_limit, job.memory_limit)
    details: Dict[str, Any] = dict(answer, sm=sm, remark=remark, peak_mb=ended.peak_mb, log=ended.log)
    if ended.status != "ended" or "built" not in answer:
        found = findings.from_child(NAME, ended, job)
        status = ended.status if ended.status in ("crashed", "timed-out", "out-of-memory") else "not-run"
        if status == "not-run":
            found = ()
        message = "the compiler %s" % (ended.reason or "gave no answer")
        return Evidence(NAME, "not-run", status, message, ended.seconds, details, found)
    if not answer["built"]:
        found = findings.from_compiler(NAME, answer["errors"], ended.log, job)
        stage = "builder" if answer["parsed"] else "parser"
        message = "TensorRT-RTX %s: the %s refuses the model" % (answer["version"], stage)
        return Evidence(NAME, "compiled", "refused", message, ended.seconds, details, found)
    return Evidence(NAME, "compiled", "passed", _message(answer, job, sm, remark), ended.seconds, details)


def _message(answer: Dict[str, Any], job: Job, sm: str, remark: str) -> str:
    parts = ["TensorRT-RTX %s parsed and built it for %s; nothing was executed" % (answer["version"], sm)]
    device = job.target.tensorrt if job.target else None
    parts.append(
        "this compiler is newer than the device's TensorRT%s and accepts more"
        % (" " + device if device else "")
    )
    if job.save_engine:
        parts.append("no engine was kept: the device's TensorRT does not load one of TensorRT-RTX")
    return "; ".join(parts + ([remark] if remark else []))


def steering_values(job: Job) -> Dict[str, List[int]]:
    """Values of integer inputs that steer shapes (a shape tensor's profile holds values, not a shape)."""
    from jetdoctor.verify.dims import data_inputs
    from jetdoctor.verify.ranges import range_of

    found: Dict[str, List[int]] = {}
    for value in data_inputs(job.view):
        limits = range_of(value) if value.kind == "tensor" else None
        if limits is not None and limits.fixed is not None and value.static_shape is not None:
            found[value.name] = [int(number) for number in limits.fixed(value.static_shape).ravel()]
    return found
