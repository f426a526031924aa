"""Which model runs on which board, as text: the boards, a table, and what blocks models."""

from __future__ import annotations

import os
from typing import Sequence

from jetdoctor.device.boards import Board
from jetdoctor.report import runs, words
from jetdoctor.report.runs import Cause, Kind
from jetdoctor.report.style import SEVERITY_COLOR, VERDICT_COLOR, Writer, clean, plural
from jetdoctor.types import Report, Result

#: Causes that the text lists; JSON has all.
CAUSES = 20


def render(report: Report, boards: Sequence[Board], width: int, color: bool, quiet: bool = False) -> str:
    """The boards, the table, and what blocks models. ``quiet``: the table alone."""
    writer, known = Writer(width, color), runs.kinds(boards)
    groups = words.by_model(report.results)
    if not quiet:
        _boards(writer, boards, known)
        writer.line()
    _table(writer, groups, known)
    if not quiet:
        _causes(writer, runs.causes(report, known))
    writer.line()
    writer.line(writer.paint(runs.headline(groups), "bold"))
    _closing(writer, groups, quiet)
    return writer.text()


def _boards(writer: Writer, boards: Sequence[Board], known: Sequence[Kind]) -> None:
    count = "%s of %s" % (plural(len(boards), "board"), plural(len(known), "kind"))
    writer.line(writer.paint(count, "bold"))
    for kind in known:
        first = kind.target.name
        if "tensorrt-" not in first:
            first += ", TensorRT %s" % (kind.target.tensorrt or "unknown")
        names = ", ".join(map(runs.with_health, kind.boards))
        writer.wrapped(kind.letter + "  ", "%s: %s" % (first, names), label_styles=("bold",))
    for board in boards:
        if board.error:
            writer.wrapped("?  ", runs.trouble(board), "yellow")


def _table(writer: Writer, groups: Sequence[Sequence[Result]], known: Sequence[Kind]) -> None:
    """A row for each model; columns that do not fit go into a second table below."""
    if not known:
        return
    read = [result.verdict for group in groups for result in group if result.verdict != "unreadable"]
    wide = max(map(len, read), default=7) + 2
    paths = [group[0].model.path for group in groups]
    folder = os.path.commonpath(list(map(os.path.dirname, paths))) if len(set(map(os.path.isabs, paths))) == 1 else ""
    heading = "model in %s" % _short(folder, writer.width // 2 - 9) if folder else "model"
    names = [_short(os.path.relpath(path, folder) if folder else path, writer.width // 2) for path in paths]
    first = max(map(len, [heading, *names]))
    fit = max(1, (writer.width - first - 2) // wide)
    for start in range(0, len(known), fit):
        shown = known[start : start + fit]
        if start:
            writer.line()
        letters = "".join("  " + kind.letter.ljust(wide - 2) for kind in shown)
        writer.line(writer.paint(heading.ljust(first) + letters.rstrip(), "dim"))
        for name, group in zip(names, groups):
            row = group[start : start + fit]
            verdicts = [result.verdict for result in row if result.verdict != "unreadable"] or ["unreadable"]
            cells = [writer.paint(word, VERDICT_COLOR[word]) + " " * (wide - len(word)) for word in verdicts]
            writer.line(name.ljust(first) + "  " + "".join(cells))


def _short(path: str, longest: int) -> str:
    """The end of a long path tells more than its beginning."""
    name = clean(path)
    return name if len(name) <= longest else "…" + name[len(name) - longest + 1 :]


def _causes(writer: Writer, found: Sequence[Cause]) -> None:
    if not found:
        return
    writer.line()
    writer.line(writer.paint("What blocks models", "bold"))
    for cause in found[:CAUSES]:
        finding = cause.finding
        fix = finding.fix.applicability if finding.fix and finding.fix.applicability != "manual" else ""
        said = "%s: %s on %s%s" % (
            finding.name, _models(cause), ", ".join(cause.letters), "; fix: %s" % fix if fix else "",
        )  # fmt: skip
        label = "%-7s %s " % (finding.severity, finding.rule)
        writer.wrapped(label, said, label_styles=(SEVERITY_COLOR[finding.severity],))
    if len(found) > CAUSES:
        writer.line("  and %d more (--format json)" % (len(found) - CAUSES))


def _models(cause: Cause) -> str:
    return os.path.basename(cause.models[0]) if len(cause.models) == 1 else plural(len(cause.models), "model")


def _closing(writer: Writer, groups: Sequence[Sequence[Result]], quiet: bool) -> None:
    """The next step: the first model that does not deploy, on the board where it fares worst."""
    for group in groups:
        if group[0].verdict == "unreadable":
            writer.wrapped("UNREADABLE  ", group[0].error or "", indent=0, label_styles=("red", "bold"))
    order = list(VERDICT_COLOR)
    bad = [result for group in groups for result in group if result.verdict in ("fixable", "fails", "unknown")]
    if bad and not quiet:
        worst = max(bad, key=lambda result: order.index(result.verdict))
        command = words.check_command(worst)
        writer.line("next: " + writer.paint(command, "cyan") + writer.paint("   why, node by node", "dim"))
