"""``fix``, ``verify`` and ``device`` as Markdown, for a pull request or an issue."""

from __future__ import annotations

from typing import List, Optional, Sequence

from jetdoctor.report import gate, markdown, words
from jetdoctor.report.boards import Judged
from jetdoctor.report.evidence import level, meaning
from jetdoctor.report.options import Options
from jetdoctor.types import Evidence, Finding, JetdoctorError, Plan, Report, Target


def fix(report: Report, plan: Plan, reason: str) -> str:
    """Each step and the proof, then what remains."""
    lines = ["| | rule | step | |", "| --- | --- | --- | --- |"]
    for step in plan.steps:
        mark = "done" if step.applied else "not done"
        why = markdown.escape(step.reason or "")
        lines.append("| %s | %s | %s (%s) | %s |" % (mark, step.rule, _text(step.title), step.applicability, why))
    proof = plan.equivalence
    runs = ", %d runs, largest difference %.3g" % (proof.runs, proof.max_abs) if proof.runs else ""
    lines += ["", "Proof in ONNX Runtime: **%s**%s." % (proof.status, runs)]
    lines += ["", "Nothing was written: %s." % _text(reason.rstrip("."))] if reason else []
    lines += ["", "Written to %s." % markdown.code(plan.written)] if plan.written else []
    lines += ["", "The original is %s." % markdown.code(plan.kept)] if plan.kept else []
    return "\n".join([*lines, "", markdown.render(report, Options())])


def verify(model: str, target: Optional[Target], found: Sequence[Evidence]) -> str:
    """A row for each backend, then the findings."""
    name = target.name if target else "no target named"
    lines = ["## %s on %s" % (markdown.code(model), _text(name)), ""]
    lines += ["| backend | status | seconds | |", "| --- | --- | --- | --- |"]
    for one in found:
        lines.append("| %s | %s | %.1f | %s |" % (one.backend, one.status, one.seconds, _text(one.message)))
    lines += ["", "_%s_" % _text(meaning(level(found), found)), ""]
    return "\n".join(lines + _findings(gate.findings(found), name)) + "\n"


def boards(answered: Sequence[Judged], lost: Sequence[JetdoctorError]) -> str:
    """A row for each board, then what is wrong with it."""
    lines = ["| board | module | JetPack | TensorRT | errors | warnings |", "| --- | --- | --- | --- | --- | --- |"]
    for device, findings in answered:
        facts = [str(device.get(key) or "?") for key in ("module", "jetpack", "tensorrt")]
        counts = [str(sum(f.severity == severity for f in findings)) for severity in ("error", "warning")]
        lines.append("| %s |" % " | ".join([_text(device.origin), *map(_text, facts), *counts]))
    lines += [""] + ["- %s" % _text(str(error)) for error in lost]
    for device, findings in answered:
        lines += _findings([finding for finding in findings if finding.severity != "info"], device.origin)
    return "\n".join(lines) + "\n"


def _findings(found: Sequence[Finding], where: str) -> List[str]:
    return [line for finding in words.by_severity(found) for line in markdown.of_finding(finding, where)]


_text = markdown.escape
