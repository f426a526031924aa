"""One self-contained HTML file that people open: the verdicts, the graph, and every cause in it."""

from __future__ import annotations

from typing import Any, Dict, List

from jetdoctor.graph import Model
from jetdoctor.report import page, words
from jetdoctor.report.options import Options
from jetdoctor.report.page import data
from jetdoctor.report.page.structure import structure
from jetdoctor.types import Report


def render(report: Report, options: Options) -> str:
    return _page(data.models(report.results))


def of_model(report: Report, model: Model, dated: bool = False) -> str:
    """The page of one model that is in memory: the same for the same model, unless ``dated``."""
    graph = structure(model)
    return _page([data.model(group, graph) for group in words.by_model(report.results)], dated)


def _page(entries: List[Dict[str, Any]], dated: bool = True) -> str:
    title, answer = data.answer(entries)
    return page.assemble(title, answer, {"kind": "check", "models": entries, "pages": data.pages(entries)}, dated)
