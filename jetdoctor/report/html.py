"""One self-contained HTML file that people open: the verdicts, the graph, and every cause in it."""

from __future__ import annotations

from jetdoctor.report import page
from jetdoctor.report.options import Options
from jetdoctor.report.page import data
from jetdoctor.types import Report


def render(report: Report, options: Options) -> str:
    entries = data.models(report.results)
    title, answer = data.answer(entries)
    return page.assemble(title, answer, {"kind": "check", "models": entries, "pages": data.pages(entries)})
