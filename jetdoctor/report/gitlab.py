"""GitLab's code quality report: a JSON list with an issue for each model and cause.

Format: https://docs.gitlab.com/ci/testing/code_quality/ (description, check_name, fingerprint, location, severity).
"""

from __future__ import annotations

import hashlib
from typing import Any, Dict, List

from jetdoctor.report import matrix, words
from jetdoctor.report.document import dumps
from jetdoctor.report.options import Options
from jetdoctor.report.style import clean
from jetdoctor.types import Finding, Report, Result

SEVERITY = {"error": "critical", "warning": "minor", "info": "info"}


def render(report: Report, options: Options) -> str:
    issues: List[Dict[str, Any]] = []
    for group in words.by_model(report.results):
        path = clean(group[0].model.path)
        if group[0].error:
            issues.append(_issue(path, words.trouble(group[0]), clean(group[0].error), "blocker", path))
            continue
        found, where = matrix.merged(group)
        issues += [_of(finding, group, where[finding.key]) for finding in words.by_severity(found)]
    return dumps(issues)


def _of(finding: Finding, group: List[Result], where: str) -> Dict[str, Any]:
    place = words.place(finding.location) + ": " if finding.location and str(finding.location) else ""
    fix = ". Fix: %s" % finding.fix.title.rstrip(".") if finding.fix else ""
    text = clean("%s %s%s (on %s)%s" % (finding.rule, place, finding.message.rstrip("."), where, fix))
    path = clean(group[0].model.path)
    return _issue(path, "%s %s" % (finding.rule, finding.name), text, SEVERITY[finding.severity], finding.key)


def _issue(path: str, name: str, text: str, severity: str, key: str) -> Dict[str, Any]:
    """The fingerprint has to tell issues of all files apart; a binary file has no lines: 1 stands for the whole."""
    return {
        "description": text,
        "check_name": clean(name),
        "fingerprint": hashlib.sha256(("%s\0%s" % (path, key)).encode("utf-8", "surrogatepass")).hexdigest()[:32],
        "severity": severity,
        "location": {"path": path, "lines": {"begin": 1}},
    }
