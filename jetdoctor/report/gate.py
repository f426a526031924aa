"""What ``verify`` and ``device`` found, as results: so that every format of ``check`` can write it."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional, Sequence, Tuple

from jetdoctor.device import as_target
from jetdoctor.report.boards import Judged
from jetdoctor.report.evidence import level
from jetdoctor.types import Evidence, Finding, JetdoctorError, ModelSummary, Report, Result, Target

#: Statuses of evidence that speak against a model.
BAD = ("refused", "different", "crashed", "timed-out", "out-of-memory")


def of_verify(model: str, target: Optional[Target], found: Sequence[Evidence]) -> Report:
    """One result: what all backends together say. It deploys where a compiler took it; ONNX Runtime is none."""
    earned = level(found)
    bad = any(one.status in BAD for one in found)
    verdict = "fails" if bad else "unknown" if earned in ("static", "not-run") else "deploys"
    reasons = "; ".join(dict.fromkeys(one.message for one in found if one.message))
    tried = any(one.status != "not-run" for one in found)
    result = Result(ModelSummary(model), target or Target("no target named"), verdict, findings(found), earned)
    if verdict != "unknown":
        return Report((result,))
    return Report((replace(result, not_run={"prove": reasons}) if tried else replace(result, error=reasons),))


def findings(found: Sequence[Evidence]) -> Tuple[Finding, ...]:
    """The findings of all backends."""
    return tuple(finding for one in found for finding in _findings(one))


def _findings(one: Evidence) -> Tuple[Finding, ...]:
    """The findings of a backend; one that speaks against the model has at least one."""
    if one.status not in BAD or any(finding.severity == "error" for finding in one.findings):
        return one.findings
    message = "%s: %s" % (one.backend, one.message)
    sources = ("outputs compared by jetdoctor verify",)
    told = Finding("JD612", "outputs-differ", "error", "wrong-output", message, sources=sources, basis="measured")
    return (*one.findings, told)


def of_boards(answered: Sequence[Judged], lost: Sequence[JetdoctorError]) -> Report:
    """A result for each board, its name in the place of a model's."""
    results = []
    for device, findings in answered:
        wrong = any(finding.severity == "error" for finding in findings)
        verdict = "fails" if wrong else "deploys"
        results.append(Result(ModelSummary(device.origin), as_target(device), verdict, tuple(findings)))
    unknown = Target("unknown")
    for error in lost:
        name = str(error).partition(": ")[0]
        results.append(Result(ModelSummary(name), unknown, "unknown", evidence="not-run", error=str(error)))
    return Report(tuple(results))
