"""``check --prove``: what a real compiler says, beside what the rules say."""

from __future__ import annotations

from dataclasses import replace
from typing import Sequence, Tuple

from jetdoctor.types import CRASHED, EVIDENCE_LEVELS, Evidence, JetdoctorError, Result

Group = Tuple[Result, ...]


def proven(group: Group) -> Group:
    """The results of one model with the evidence that a compiler earned, or the reason why none ran.

    One build per model: for its target when there is one, else for no board in particular.
    """
    if group[0].error is not None or not group[0].model.opset:  # unreadable, or an engine
        return group
    try:
        found = _run(group)
    except JetdoctorError as error:
        found = (Evidence("", "not-run", "not-run", str(error)),)
    ran = [one for one in found if one.status != "not-run"]
    if not ran:
        reason = "; ".join(dict.fromkeys(one.message for one in found))
        return tuple(replace(result, not_run={**result.not_run, "prove": reason}) for result in group)
    return tuple(_with(result, ran) for result in group)


def _run(group: Group) -> Tuple[Evidence, ...]:
    """Evidence of a compiler (ONNX Runtime alone proves nothing about TensorRT)."""
    from jetdoctor.verify import verify
    from jetdoctor.verify.making import make_job

    path = group[0].model.path
    target = group[0].target if len(group) == 1 else None
    return verify(make_job(path, target), without=("onnxruntime",))


def _with(result: Result, ran: Sequence[Evidence]) -> Result:
    """The result with what the compiler earned and found."""
    from jetdoctor.check import verdict

    if result.verdict != "deploys":  # a newer compiler that takes it does not speak for this target
        ran = [one for one in ran if one.findings]
    levels = [result.evidence] + [one.level for one in ran if one.status == "passed"]
    strongest = max(levels, key=EVIDENCE_LEVELS.index)
    more = tuple(finding for one in ran for finding in one.findings)
    findings = result.findings + more
    if not more or result.verdict == "unknown":
        return replace(result, evidence=strongest, findings=findings)
    crashed = any(finding.rule == CRASHED for finding in findings)
    return replace(result, evidence=strongest, findings=findings, verdict=verdict(findings, result.basis, crashed))
