"""``check --prove``: what a real compiler says, beside what the rules say."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import List, Sequence, Tuple

from jetdoctor.types import EVIDENCE_LEVELS, Evidence, JetdoctorError, Result

Group = Tuple[Result, ...]


def prove(groups: Sequence[Group]) -> Tuple[List[Group], int]:
    """The results with the evidence earned, and how many models nothing could be run for.

    One build per model: for its target when there is one, else for no board in particular.
    """
    proven, failed = [], 0
    for group in groups:
        if group[0].error is not None or not group[0].model.opset:  # unreadable, or an engine
            proven.append(group)
            continue
        try:
            found = _run(group)
        except JetdoctorError as error:
            found = (Evidence("", "not-run", "not-run", str(error)),)
        ran = [one for one in found if one.status != "not-run"]
        if not ran:
            failed += 1
            reasons = "; ".join(dict.fromkeys(one.message for one in found))
            print("jetdoctor: %s is not proven: %s" % (group[0].model.path, reasons), file=sys.stderr)
        proven.append(tuple(_with(result, ran) for result in group))
    return proven, failed


def _run(group: Group) -> Tuple[Evidence, ...]:
    """Evidence of a compiler (ONNX Runtime alone proves nothing about TensorRT)."""
    from jetdoctor.cli import verify as command
    from jetdoctor.verify import verify

    path = group[0].model.path
    target = group[0].target if len(group) == 1 else None
    return verify(command.make_job(path, target), without=("onnxruntime",))


def _with(result: Result, ran: Sequence[Evidence]) -> Result:
    """The result with what the compiler earned and found."""
    from jetdoctor.check import verdict
    from jetdoctor.cli.selection import ALWAYS

    if result.verdict != "deploys":  # a newer compiler that takes it does not speak for this target
        ran = [one for one in ran if one.findings]
    levels = [result.evidence] + [one.level for one in ran if one.status == "passed"]
    strongest = max(levels, key=EVIDENCE_LEVELS.index)
    more = tuple(finding for one in ran for finding in one.findings)
    findings = result.findings + more
    if not more or result.verdict == "unknown":
        return replace(result, evidence=strongest, findings=findings)
    crashed = any(finding.rule == ALWAYS for finding in findings)
    return replace(result, evidence=strongest, findings=findings, verdict=verdict(findings, result.basis, crashed))
