"""Which model runs on which board, for an issue or a pull request: two tables and the causes."""

from __future__ import annotations

from typing import List, Sequence

from jetdoctor.device.boards import Board
from jetdoctor.report import runs, words
from jetdoctor.report.markdown import MARKS, code, escape
from jetdoctor.report.runs import Cause, Kind
from jetdoctor.types import Report, Result


def render(report: Report, boards: Sequence[Board]) -> str:
    known, groups = runs.kinds(boards), words.by_model(report.results)
    lines = ["**%s**" % runs.headline(groups), ""] + _boards(boards, known) + [""] + _models(groups, known)
    causes = runs.causes(report, known)
    return "\n".join(lines + ([""] + _causes(causes) if causes else [])) + "\n"


def _boards(boards: Sequence[Board], known: Sequence[Kind]) -> List[str]:
    rows = ["| | target | TensorRT | boards |", "| --- | --- | --- | --- |"]
    for kind in known:
        names = ", ".join(escape(runs.with_health(board)) for board in kind.boards)
        rows.append("| %s | %s | %s | %s |" % (kind.letter, kind.target.name, kind.target.tensorrt or "unknown", names))
    return rows + ["| ? | | | %s |" % escape(runs.trouble(board)) for board in boards if board.error]


def _models(groups: Sequence[Sequence[Result]], known: Sequence[Kind]) -> List[str]:
    rows = ["| model | %s |" % " | ".join(kind.letter for kind in known), "| --- |" + " --- |" * len(known)]
    for group in groups:
        cells = ["%s %s" % (MARKS[result.verdict], result.verdict) for result in group]
        rows.append("| %s | %s |" % (code(group[0].model.path), " | ".join(cells)))
    return rows


def _causes(found: Sequence[Cause]) -> List[str]:
    rows = ["| rule | what | models | on |", "| --- | --- | --- | --- |"]
    for cause in found:
        models = code(cause.models[0]) if len(cause.models) == 1 else str(len(cause.models))
        row = (cause.finding.rule, cause.finding.severity, cause.finding.name, models, ", ".join(cause.letters))
        rows.append("| %s | %s: %s | %s | %s |" % row)
    return rows
