"""GitHub Actions workflow commands: one annotation per model and cause."""

from __future__ import annotations

from typing import List

from jetdoctor.report import matrix, words
from jetdoctor.report.options import Options
from jetdoctor.report.style import clean
from jetdoctor.types import Finding, Report

COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report, options: Options) -> str:
    lines: List[str] = []
    for group in words.by_model(report.results):
        path = group[0].model.path
        if group[0].error:
            lines.append(_annotation("error", path, words.trouble(group[0]), clean(group[0].error)))
            continue
        found, where = matrix.merged(group)
        for finding in words.by_severity(found):
            title = "%s %s" % (finding.rule, finding.name)
            text = _text(finding, where[finding.key])
            lines.append(_annotation(COMMANDS[finding.severity], path, title, text))
    count = sum(line.startswith("::error") for line in lines)
    apart = len({(r.model.path, one.finding.key) for r in report.results for one in r.suppressed})
    more = ", %d finding%s left out" % (apart, "" if apart == 1 else "s") if apart else ""
    lines.append("jetdoctor: %d error annotation%s%s" % (count, "" if count == 1 else "s", more))
    return "\n".join(lines) + "\n"


def _text(finding: Finding, where: str) -> str:
    place = words.place(finding.location) + ": " if finding.location and str(finding.location) else ""
    parts = ["%s%s" % (place, clean(finding.message)), "on %s" % where]
    parts += [words.impact(finding.impact)] if finding.impact else []
    parts += [clean(consequence) for consequence in finding.consequences]
    parts += ["fix: %s (%s)" % (clean(finding.fix.title), finding.fix.applicability)] if finding.fix else []
    return "\n".join(parts)


def _annotation(command: str, path: str, title: str, message: str) -> str:
    return "::%s file=%s,title=%s::%s" % (command, _property(clean(path)), _property(title), _data(message))


def _data(text: str) -> str:
    """Escapes of the runner: https://github.com/actions/toolkit, packages/core/src/command.ts."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
