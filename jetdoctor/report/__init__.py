"""Reports: what was found, as text, json, sarif, junit, github, markdown or html."""

from __future__ import annotations

import importlib
from typing import Optional

from jetdoctor.report.options import Options
from jetdoctor.types import Plan, Report

__all__ = ["FORMATS", "Options", "render"]

#: Format -> module of this package that has ``render(report, options)``.
_MODULES = {
    "text": "text",
    "json": "document",
    "sarif": "sarif",
    "junit": "junit",
    "github": "github",
    "markdown": "markdown",
    "html": "html",
}

FORMATS = tuple(_MODULES)


def render(
    report: Report,
    format: str = "text",
    width: int = 80,
    color: bool = False,
    matrix: bool = False,
    plan: Optional[Plan] = None,
) -> str:
    """A report in one of FORMATS, ready to print.

    ``width`` and ``color`` matter to text only. ``matrix`` says that the targets were not chosen by the
    user: the answer is which JetPacks take the model. ``plan`` is what ``fix`` did or would do.
    """
    module = importlib.import_module("jetdoctor.report." + _MODULES[format])
    text: str = module.render(report, Options(width, color, matrix, plan))
    return text
