"""A compiler's refusal or death as findings: by the rule that triage recognizes, with its fix."""

from __future__ import annotations

import glob
import os
import re
from typing import Any, Iterable, List, Mapping, Optional, Tuple

from jetdoctor.child.command import Ended
from jetdoctor.types import Finding, Fix, Location
from jetdoctor.verify.job import Job

#: Rule ids of what no other rule explains; their pages are in rules/engine/.
REFUSED, DIED = "JD610", "JD611"


def from_compiler(
    backend: str, errors: Iterable[Mapping[str, Any]], log: str, job: Job
) -> Tuple[Finding, ...]:
    """One finding per parser error, or one of the log when the builder refused without naming a node."""
    found: List[Finding] = []
    if backend == "tensorrt-rtx":
        log = "\n".join(line for line in log.splitlines() if "cudaError" not in line)
    for error in errors:
        text = " ".join(str(error["text"]).split())
        if backend == "tensorrt-rtx":
            text = _without_driver(text)
        found.append(_refusal(backend, text, diagnose(text, job), _location(error, job)))
    if not found:
        diagnosis = diagnose(log, job)
        text = diagnosis.line if diagnosis is not None else _first_error(log)
        found.append(_refusal(backend, text, diagnosis, _diagnosed_place(diagnosis, job)))
    return tuple(found)


#: TensorRT-RTX compiles without a GPU, whose driver it misses beside every other error.
_NO_DRIVER = re.compile(r"\s*\[[^\]]*catchCudaError[^\]]*\] Error Code 1: Cuda Runtime \(.*?\(cudaError \d+: [^)]*\)\)")


def _without_driver(text: str) -> str:
    """The message without what it says of a driver, each of its sentences once."""
    parts = _NO_DRIVER.split(text)
    return " ".join(dict.fromkeys(part.strip() for part in parts if part.strip())) or text


_PLUGIN = "plugin"


def _refusal(backend: str, text: str, diagnosis: Optional[Any], location: Optional[Location]) -> Finding:
    known = diagnosis is not None and diagnosis.confidence != "low"
    severity, outcome = "error", "rejected"
    if backend == "tensorrt-rtx" and _PLUGIN in text.lower():
        severity, outcome = "info", "build-risk"  # says nothing about the board
        known, text = False, text + " (TensorRT-RTX brings no plugins; the TensorRT of a Jetson does)"
    message = "%s: %s" % (backend, text or "refused without a message")
    if known:
        message += " - " + diagnosis.cause  # type: ignore[union-attr]
    rule = diagnosis.rule if known and diagnosis.rule else REFUSED  # type: ignore[union-attr]
    return Finding(
        rule=rule,
        name=_name_of(rule),
        severity=severity,
        outcome=outcome,
        message=message,
        location=location,
        fixes=(Fix(diagnosis.fix, "manual"),) if known and diagnosis.fix else (),  # type: ignore[union-attr]
        sources=("the compiler's own message, %s" % backend,),
        basis="measured",
    )


def _name_of(rule: str) -> str:
    """Name of a rule, from its file: rules/<category>/JDnnn_snake_name.py."""
    from jetdoctor.data import rules_folder

    files = glob.glob(os.path.join(rules_folder(), "*", rule + "_*.py"))
    return os.path.basename(files[0])[len(rule) + 1 : -3].replace("_", "-") if files else "compiler-refuses"


def from_child(backend: str, ended: Ended, job: Job) -> Tuple[Finding, ...]:
    """A compiler that crashed, ran out of memory or of time on this model."""
    diagnosis = diagnose(ended.log, job)
    fixes = (
        (Fix(diagnosis.fix, "manual"),)
        if diagnosis and diagnosis.fix
        else (Fix(_CURES[ended.status], "manual"),)
    )
    return (
        Finding(
            rule=DIED,
            name="compiler-died",
            severity="error",
            outcome="build-risk",
            message="%s %s; last output: %s" % (backend, ended.reason, _last_error(ended.log) or "none"),
            fixes=fixes,
            sources=("exit status of the child process",),
            basis="measured",
        ),
    )


_CURES = {
    "crashed": "try the onnxruntime backend, then bisect the model; report the crash to NVIDIA",
    "timed-out": "allow more time with --time-limit, or use a smaller workspace",
    "out-of-memory": "use a smaller workspace (--workspace 256) or batch, no desktop, more swap, or --memory-limit",
}


def diagnose(text: str, job: Job) -> Optional[Any]:
    """Best ``triage.Diagnosis`` of a log, None when nothing is recognized."""
    from jetdoctor.triage import triage

    found = triage(text, job.target) if text.strip() else ()
    return found[0] if found else None


def _location(error: Mapping[str, Any], job: Job) -> Optional[Location]:
    name, op_type, index = error.get("node", ""), error.get("op_type", ""), error.get("index", -1)
    if not name and not op_type:
        return None
    for node in job.view.main.nodes:
        if (name and node.name == name) or (not name and node.index == index and node.op_type == op_type):
            return node.location()
    return Location(node_name=name, op_type=op_type)


def _diagnosed_place(diagnosis: Optional[Any], job: Job) -> Optional[Location]:
    if diagnosis is None:
        return None
    return _location({"node": diagnosis.node_name, "op_type": diagnosis.op_type}, job)


def _first_error(log: str) -> str:
    """The first line of a log that speaks of an error (what follows is its wake), else its last line."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return next((line for line in lines if "[E]" in line or "rror" in line), (lines or [""])[-1])[:500]


def _last_error(log: str) -> str:
    """The last line of a log that speaks of an error, else its last line."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if "rror" in line or "[E]" in line]
    return (errors or lines or [""])[-1][:500]
