"""JSON lines: one result (model × target) per line, as soon as its model is done, then a line with the summary.

Each line is an object with ``type`` "result" or "summary"; the fields are those of the JSON document.
"""

from __future__ import annotations

import json
from typing import Any, Dict, Iterable

from jetdoctor.report.document import head, summary_of
from jetdoctor.report.options import Options
from jetdoctor.types import Report, Result


def render(report: Report, options: Options) -> str:
    return "".join(result_line(result) for result in report.results) + summary_line(report.results)


def result_line(result: Result) -> str:
    """One line with its line end."""
    return _line("result", result.to_json())


def summary_line(results: Iterable[Result]) -> str:
    return _line("summary", dict(head(), **summary_of(Report(tuple(results)))))


def _line(kind: str, fields: Dict[str, Any]) -> str:
    return json.dumps({"type": kind, **fields}, allow_nan=False, default=str) + "\n"
