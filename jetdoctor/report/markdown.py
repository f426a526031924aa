"""Markdown, for a pull request or an issue: a table of targets and every cause once."""

from __future__ import annotations

import re
from typing import List

from jetdoctor.report import apart, matrix, words
from jetdoctor.report.options import Options
from jetdoctor.report.style import clean
from jetdoctor.types import Finding, Report, Result

MARKS = {"deploys": "✅", "fixable": "🔧", "fails": "❌", "unreadable": "❌", "unknown": "❔"}


def render(report: Report, options: Options) -> str:
    lines: List[str] = []
    for group in words.by_model(report.results):
        lines += ["## " + code(group[0].model.path), ""]
        if group[0].verdict == "unreadable":
            lines += ["%s **unreadable**: %s" % (MARKS["unreadable"], escape(group[0].error or "")), ""]
            continue
        lines += [escape(words.model_line(group[0])), ""]
        lines += ["**%s**" % escape(matrix.headline(group)), ""] + _table(group) + [""]
        lines += ["Looked at: %s." % escape(words.coverage_line(group)), ""]
        found, where = matrix.merged(group)
        for one in words.by_severity(found):
            lines += of_finding(one, where[one.key])
        lines += _apart(group)
    lines.append(
        "_%s_" % escape(words.EVIDENCE[report.results[0].evidence] if report.results else "no model")
    )
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """Text that Markdown shows as it stands."""
    return re.sub(r"([\\`*_{}\[\]<>|#@!~])", r"\\\1", clean(text))


def code(text: str) -> str:
    """A code span, however many backticks the text has; safe in a table."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence, pad = "`" * (longest + 1), " " if "`" in text else ""
    return fence + pad + clean(text).replace("|", "\\|") + pad + fence


def _table(group: List[Result]) -> List[str]:
    rows = ["| target | TensorRT | verdict | because of |", "| --- | --- | --- | --- |"]
    for span in matrix.spans(group):
        verdict = "%s %s" % (MARKS[span.verdict], span.verdict)
        rows.append("| %s | %s | %s | %s |" % (span.targets, span.tensorrt, verdict, matrix.because(span)))
    return rows


def _apart(group: List[Result]) -> List[str]:
    rows = apart.lines(group)
    if not rows:
        return []
    left = apart.difference(group)
    head = ["### Does not count", ""] + ([escape(left), ""] if left else [])
    return head + ["- **%s** %s" % (escape(label), escape(reason)) for label, reason in rows] + [""]


def of_finding(finding: Finding, where: str) -> List[str]:
    """A section: what happens, where, on which targets, the fix, the source."""
    title = "### %s: %s %s (%s)" % (
        finding.severity,
        finding.rule,
        finding.name,
        words.outcome(finding),
    )
    lines = [title, "", escape(finding.message), ""]
    if finding.location and str(finding.location):
        more = ", " + escape(words.others(finding)) if finding.also else ""
        lines.append("- **at** %s%s" % (code(words.place(finding.location)), more))
    lines.append("- **on** %s" % escape(where))
    if finding.impact:
        lines.append("- **so** %s" % escape(words.impact(finding.impact)))
    lines += ["- **then** %s" % escape(consequence) for consequence in finding.consequences]
    if finding.fix:
        lines.append("- **fix** %s (%s)" % (escape(finding.fix.title), finding.fix.applicability))
    if finding.sources:
        lines.append("- **source** %s [%s]" % (escape("; ".join(finding.sources)), finding.basis))
    return lines + [""]
