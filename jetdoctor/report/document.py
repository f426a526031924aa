"""The JSON document (contract, ``schema_version`` "1")."""

from __future__ import annotations

import json
from typing import Any, Dict, Optional

from jetdoctor import __version__
from jetdoctor.report.options import Options
from jetdoctor.types import Report

SCHEMA_VERSION = "1"


def head() -> Dict[str, Any]:
    return {"schema_version": SCHEMA_VERSION, "tool": {"name": "jetdoctor", "version": __version__}}


def document(report: Report, options: Optional[Options] = None) -> Dict[str, Any]:
    """The report as a JSON-ready dict. Severities are counted over all results (model × target)."""
    options = options or Options()
    found = head()
    found["results"] = [result.to_json() for result in report.results]
    found["summary"] = summary_of(report)
    plan = options.plan
    if plan is not None:
        found["plan"] = [step.to_json() for step in plan.steps]
        found["equivalence"] = plan.equivalence.to_json()
        found["as_parsed"] = [row.to_json() for row in plan.as_parsed]
        found["written"] = plan.written
        found["kept"] = plan.kept
        found["before"] = [{"target": r.target.name, "verdict": r.verdict} for r in options.before]
        found["caller"] = list(options.caller)
        found["notes"] = list(options.notes)
        if options.sizes:
            found["sizes"] = [{"what": what, "before": old, "after": new} for what, old, new in options.sizes]
        if options.reason:
            found["reason"] = options.reason
    if options.changes is not None:
        found["diff"] = [
            {"title": t, "rule": rule, "changes": list(lines)} for t, rule, lines in options.changes
        ]
    return found


def summary_of(report: Report) -> Dict[str, int]:
    """How many models, and findings that count by severity, over all results (model × target)."""
    return {
        "models": len({result.model.path for result in report.results}),
        "errors": report.count("error"),
        "warnings": report.count("warning"),
        "infos": report.count("info"),
    }


def dumps(value: Any) -> str:
    """ASCII-only JSON: safe on any terminal and for names that are not valid text."""
    return json.dumps(value, indent=2, allow_nan=False, default=str)


def render(report: Report, options: Options) -> str:
    return dumps(document(report, options))


def failure(message: str, with_results: bool = False) -> str:
    """The document of a command that could not do its work."""
    found = document(Report()) if with_results else head()
    found["error"] = message
    return dumps(found)
