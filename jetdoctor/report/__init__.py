"""Reports: what was found, as text, json, jsonl, sarif, junit, github, gitlab, markdown or html."""

from __future__ import annotations

import importlib
from typing import Any, Optional, Sequence, Tuple

from jetdoctor.report.options import Changes, Drawing, Options
from jetdoctor.types import Plan, Report, Result

__all__ = ["FORMATS", "GATES", "STREAMS", "Drawing", "Options", "render", "render_fix", "stream"]

#: Format -> module of this package that has ``render(report, options)``.
_MODULES = {
    "text": "text",
    "json": "document",
    "jsonl": "jsonl",
    "sarif": "sarif",
    "junit": "junit",
    "github": "github",
    "gitlab": "gitlab",
    "markdown": "markdown",
    "html": "html",
}

FORMATS = tuple(_MODULES)

#: Formats that can be written while models are still being checked.
STREAMS = ("text", "jsonl")

#: Formats that a service reads to let a change pass or not: they want named targets.
GATES = ("sarif", "junit", "github", "gitlab")


def render(
    report: Report,
    format: str = "text",
    width: int = 80,
    color: bool = False,
    matrix: bool = False,
    quiet: bool = False,
) -> str:
    """A report in one of FORMATS, ready to print.

    ``width`` and ``color`` matter to text only. ``matrix`` says that the targets were not chosen by the
    user: the answer is which JetPacks take the model. ``quiet`` leaves one line per model, in text.
    """
    module = importlib.import_module("jetdoctor.report." + _MODULES[format])
    text: str = module.render(report, Options(width, color, matrix, quiet=quiet))
    return text


def stream(
    format: str, many: bool, width: int = 80, color: bool = False, matrix: bool = False, quiet: bool = False
) -> Any:
    """A report that comes in pieces, model by model, for a format of STREAMS: ``.group(results)``, then ``.end()``.

    The pieces together are what ``render`` gives. ``many``: there is more than one model.
    """
    module: Any = importlib.import_module("jetdoctor.report." + _MODULES[format])
    return module.Stream(Options(width, color, matrix, quiet=quiet), many)


def render_fix(
    report: Report,
    plan: Plan,
    format: str = "text",
    width: int = 80,
    color: bool = False,
    path: str = "",
    before: Sequence[Result] = (),
    reason: str = "",
    changes: Optional[Sequence[Changes]] = None,
    caller: Sequence[str] = (),
    sizes: Sequence[Tuple[str, int, int]] = (),
    notes: Sequence[str] = (),
    drawing: Optional[Drawing] = None,
) -> str:
    """What ``fix`` did or would do, in one of FORMATS. ``report`` holds the results after it: a gate sees those alone.

    ``caller`` says what changes for the code that calls the model.
    ``notes`` say what it costs. ``sizes`` are the rows of its table: what, before, after.
    ``before`` are the results of the original, ``reason`` says why nothing was written, and ``changes`` are
    ``(title, rule, lines)`` of each fix, None to leave them out. ``drawing`` is what a page shows of the graph.
    """
    if format == "markdown":
        from jetdoctor.report import markdown_of

        return markdown_of.fix(report, plan, reason)
    if format in (*GATES, "jsonl"):
        return render(report, format)
    name = {"text": "plan", "json": "document", "html": "page.commands"}[format]
    module: Any = importlib.import_module("jetdoctor.report." + name)
    about = (tuple(caller), tuple(notes), sizes, drawing)
    options = Options(width, color, False, plan, path, tuple(before), reason, changes, *about)
    text: str = module.render(report, options)
    return text
