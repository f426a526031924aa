"""``check --as-parsed``: what the misread forms of a model do to its outputs, run on a CPU."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Tuple

from jetdoctor.types import SEVERITIES, Finding, Impact, Result


def measured(group: Tuple[Result, ...]) -> Tuple[Result, ...]:
    """The results of one model with the impact of every misread form, worst first."""
    return tuple(_measured(result) for result in group)


def _measured(result: Result) -> Result:
    """A misreading that changes nothing on any input is a warning; the verdict follows."""
    from jetdoctor.check import verdict
    from jetdoctor.emulate import emulate, misread
    from jetdoctor.verify.making import make_job

    if result.error is not None or not result.model.opset or not misread(result.findings):
        return result
    found = emulate(make_job(result.model.path, result.target, profiled=False), result.target, result.findings)
    if found.status == "not-run":
        result = replace(result, not_run={**result.not_run, "as-parsed": found.reason})
    said = {(finding.key, finding.message): finding.impact for finding in found.findings}
    findings = [_with(finding, said.get((finding.key, finding.message))) for finding in result.findings]
    findings.sort(key=_order)
    unanswered = any(finding.rule in ("JD000", "JD910") for finding in findings)
    level = result.evidence if found.status == "not-run" else "emulated"
    state = verdict(findings, "unknown" if result.verdict == "unknown" else result.basis, unanswered)
    return replace(result, findings=tuple(findings), evidence=level, verdict=state)


def _with(finding: Finding, impact: Any) -> Finding:
    if impact is None:
        return finding
    harmless = impact.kind == "harmless" and finding.severity == "error"
    return replace(finding, impact=impact, severity="warning" if harmless else finding.severity)


def _order(finding: Finding) -> Tuple[int, int]:
    kinds = ("answer", "digits", "not-run", "harmless")
    impact = finding.impact or Impact("not-run")
    return SEVERITIES.index(finding.severity), kinds.index(impact.kind)
