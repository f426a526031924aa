"""JUnit XML: a test suite per model, a test case per target."""

from __future__ import annotations

from typing import List
from xml.sax.saxutils import escape, quoteattr

from jetdoctor.report import apart, words
from jetdoctor.report.options import Options
from jetdoctor.report.style import clean
from jetdoctor.types import Coverage, Finding, Report, Result


def render(report: Report, options: Options) -> str:
    """Errors fail a case; an unknown release is skipped, since "not run" is never "passed"."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    groups = words.by_model(report.results)
    lines.append('<testsuites name="jetdoctor" %s>' % _counts(list(report.results)))
    for group in groups:
        lines.append("  <testsuite name=%s %s>" % (_attribute(group[0].model.path), _counts(group)))
        for result in group:
            lines += _case(result)
        lines.append("  </testsuite>")
    return "\n".join(lines + ["</testsuites>", ""])


def _attribute(text: str) -> str:
    return quoteattr(clean(text))


def _counts(results: List[Result]) -> str:
    states = [_state(result) for result in results]
    figures = (len(states), states.count("failure"), states.count("error"), states.count("skipped"))
    return 'tests="%d" failures="%d" errors="%d" skipped="%d"' % figures


def _state(result: Result) -> str:
    if result.verdict == "unreadable" or result.error:
        return "error"
    if any(finding.severity == "error" for finding in result.findings):
        return "failure"
    return "skipped" if result.verdict == "unknown" else "passed"


def _case(result: Result) -> List[str]:
    head = "    <testcase classname=%s name=%s" % (
        _attribute(result.model.path),
        _attribute(result.target.name),
    )
    state, body = _state(result), []
    errors = [f for f in result.findings if f.severity == "error"]
    if state in ("passed", "failure") and result.coverage != Coverage():
        looked_at = _attribute(words.coverage_line([result]))
        body.append('      <properties><property name="looked at" value=%s/></properties>' % looked_at)
    if state in ("error", "skipped"):
        reason = result.error or words.verdict_reason(result)
        body.append("      <%s message=%s/>" % (state, _attribute(reason)))
    if state == "failure":
        message = "%s: %s" % (result.verdict, ", ".join(sorted({f.rule for f in errors})))
        text = "\n".join(_line(finding) for finding in errors)
        body.append("      <failure message=%s>%s</failure>" % (_attribute(message), escape(text)))
    rest = [_line(f) for f in result.findings if f.severity != "error"]
    rest += ["%s does not count: %s" % row for row in apart.lines([result])]
    if rest:
        body.append("      <system-out>%s</system-out>" % escape("\n".join(rest)))
    return [head + ">"] + body + ["    </testcase>"]


def _line(finding: Finding) -> str:
    place = " at %s" % words.place(finding.location) if finding.location and str(finding.location) else ""
    fix = " Fix: %s." % finding.fix.title.rstrip(".") if finding.fix else ""
    more = " " + words.others(finding) if finding.also else ""
    said = finding.message.rstrip(".") + ("; " + words.impact(finding.impact) if finding.impact else "")
    text = "%s %s%s%s: %s.%s" % (finding.rule, finding.name, place, more, said, fix)
    return clean(text)
