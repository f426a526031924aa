"""The JSON document (contract, ``schema_version`` "1")."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional

from jetdoctor import __version__
from jetdoctor.report.options import Options
from jetdoctor.report.shared import Texts
from jetdoctor.types import Report

SCHEMA_VERSION = "1"


def head() -> Dict[str, Any]:
    return {"schema_version": SCHEMA_VERSION, "tool": {"name": "jetdoctor", "version": __version__}}


def document(report: Report, options: Optional[Options] = None) -> Dict[str, Any]:
    """The report as a JSON-ready dict. Severities are counted over all results (model × target)."""
    return _around([result.to_json() for result in report.results], report, options or Options())


def _around(results: List[Any], report: Report, options: Options) -> Dict[str, Any]:
    found = head()
    found["results"] = results
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
    """``dumps(document(…))``, whose results are written apart: nearly all of it, and most of them share most."""
    whole = dumps(_around([], report, options))
    if not report.results:
        return whole
    texts = Texts(indented=True, depth=2)
    before, _, after = whole.partition('"results": []')
    return "".join((before, '"results": [\n    ', ",\n    ".join(map(texts.of, report.results)), "\n  ]", after))


def failure(message: str, with_results: bool = False) -> str:
    """The document of a command that could not do its work."""
    found = document(Report()) if with_results else head()
    found["error"] = message
    return dumps(found)
