"""Runs the original and the model as it is read, and says what the difference is worth."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, replace
from typing import Any, Dict, List, Mapping, Sequence, Tuple

from jetdoctor.catalog import catalog
from jetdoctor.child.workplace import folder, run_task
from jetdoctor.emulate.build import Built, build, candidate
from jetdoctor.emulate.impact import Run, judge
from jetdoctor.types import Emulation, Finding, Impact, JetdoctorError, Target
from jetdoctor.verify import arrays, divergence
from jetdoctor.verify.job import Job

#: findings that are measured one by one; more are told together
_MOST = 8

_ANSWER = {"answer": 0, "digits": 1, "harmless": 2, "not-run": 3}


def measure(job: Job, target: Target, findings: Sequence[Finding], each: bool) -> Emulation:
    """See ``jetdoctor.emulate.emulate``."""
    start = time.monotonic()
    if not findings:
        return Emulation(target, "nothing")
    try:
        with folder() as place:
            found = _measure(job, target, findings, each, place)
    except JetdoctorError as error:
        found = _not_run(target, findings, str(error))
    ordered = sorted(found.findings, key=lambda finding: _ANSWER[finding.impact.kind if finding.impact else "not-run"])
    return replace(found, findings=tuple(ordered), seconds=time.monotonic() - start)


def _not_run(target: Target, findings: Sequence[Finding], reason: str) -> Emulation:
    impact = Impact("not-run", reason=reason)
    return Emulation(target, "not-run", impact, (), tuple(replace(f, impact=impact) for f in findings), reason)


def _measure(job: Job, target: Target, findings: Sequence[Finding], each: bool, place: str) -> Emulation:
    whole = build(job.model, target, findings)
    shown = [finding for finding in findings if finding.key not in whole.left]
    if not whole.turned:
        reasons = "; ".join(dict.fromkeys(whole.left.values()))
        return _not_run(target, findings, reasons)
    inputs = _saved(job, place)
    with candidate(whole, job.model) as read:
        expected = _outputs(job, job.original, inputs, place, "original")
        if not any(expected.outputs):
            return _not_run(target, findings, "the original does not run: %s" % expected.refusal)
        impact, rows = _compare(job, read.path, inputs, expected, place)
        first = _first(job, read.path, impact, place)
    impact = replace(impact, first=first)
    status = {"harmless": "equal", "not-run": "not-run"}.get(impact.kind, "different")
    measured = []
    for index, finding in enumerate(findings):
        alone = _alone(job, target, finding, index, whole, shown, each, impact, inputs, expected, place)
        measured.append(replace(finding, impact=replace(alone, unproven=_unproven(finding))))
    return Emulation(target, status, impact, tuple(rows), tuple(measured), impact.reason)


def _alone(
    job: Job, target: Target, finding: Finding, index: int, whole: Built, shown: Sequence[Finding], each: bool,
    together: Impact, inputs: List[str], expected: Expected, place: str,
) -> Impact:  # fmt: skip
    """The impact of one finding alone; that of all where it is the only one that could be shown."""
    if finding not in shown:
        return Impact("not-run", reason=whole.left[finding.key])
    if len(shown) == 1:
        return together
    if not each or index >= _MOST:
        return replace(together, reason="measured together with the other findings")
    built = build(job.model, target, [finding])
    with candidate(built, job.model) as read:
        impact, _ = _compare(job, read.path, inputs, expected, place)
    return impact


def _unproven(finding: Finding) -> str:
    module = catalog().readings.get(finding.reading)
    return module.READING.unproven if module is not None else ""  # type: ignore[attr-defined]


def _saved(job: Job, place: str) -> List[str]:
    """The inputs as files, one for each run."""
    paths = []
    for index, (_, feeds) in enumerate(job.runs):
        paths.append(os.path.join(place, "in%d.npz" % index))
        arrays.save(paths[-1], feeds)
    return paths


@dataclass(frozen=True)
class Expected:
    """Outputs of the original for every run, None where it refuses, and what it was run in."""

    outputs: List[Any]
    kind: str
    refusal: str


def _outputs(job: Job, model: str, inputs: Sequence[str], place: str, name: str, kind: str = "") -> Expected:
    question = {"model": model, "inputs": list(inputs), "name": name, "kind": kind}
    ended, answer = run_task("jetdoctor.emulate.child:compute", question, place, job.time_limit, job.memory_limit)
    if "files" not in answer:
        return Expected([None] * len(inputs), kind, ended.reason)
    found = [arrays.load(path) if path else None for path in answer["files"]]
    return Expected(found, answer["kind"], answer["refusal"])


def _compare(
    job: Job, path: str, inputs: Sequence[str], expected: Expected, place: str
) -> Tuple[Impact, List[Dict[str, Any]]]:
    try:
        got = _outputs(job, path, inputs, place, "read", expected.kind)
    except JetdoctorError as error:
        got = Expected([None] * len(inputs), expected.kind, str(error))
    runs: List[Run] = []
    for (name, _), left, right in zip(job.runs, expected.outputs, got.outputs):
        if left is None:
            continue
        if right is None:
            said = "as this parser reads it, the model is inconsistent at %s" % _short(got.refusal)
            return Impact("answer", sum(one is not None for one in expected.outputs), reason=said), []
        runs.append((name, left, right))
    return judge(runs)


#: how ONNX Runtime names the node that it refuses to load, or to run
_REFUSED = (r"Node \((?P<node>[^)]*)\) Op \((?P<op>\w+)\)", r"running (?P<op>\w+) node\. Name:'(?P<node>[^']*)'")


def _short(refusal: str) -> str:
    """A refusal of ONNX Runtime in one line: the node, then what is wrong there."""
    for pattern in _REFUSED:
        found = re.search(pattern, refusal)
        if found:
            why = refusal[found.end() :].split("Status Message:")[-1].strip(" \n'")
            why = why.split(" was false. ")[-1]  # behind the file, the function and the condition of an assertion
            return "%s %s: %s" % (found.group("op"), found.group("node"), why[:160])
    return re.sub(r"\[ONNXRuntimeError\] : \d+ : \w+ : |Load model from \S+ failed: ?", "", refusal)[:240]


def _first(job: Job, path: str, impact: Impact, place: str) -> str:
    """The first node that computes something else, "" when there is none or it was not found."""
    if not impact.reason.startswith("with ") or not job.bisect:
        return ""
    run = impact.reason[len("with ") :].split(" inputs, output ")[0]
    pair = replace(job, model=path, reference=job.original)
    found: Mapping[str, Any] = divergence.between_models(pair, run, place)
    node = job.view.main.producers.get(found.get("tensor", ""))  # the original's node, not one of its reading
    return str(node.location()) if node is not None else ""
