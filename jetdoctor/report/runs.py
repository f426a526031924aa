"""Which model runs on which board of a fleet: what the text, the Markdown and the JSON document of it share.

Boards that are the same target are one kind, with a letter of its own; a result speaks of a kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Hashable, List, Sequence, Tuple

from jetdoctor.device.boards import Board
from jetdoctor.report.document import dumps, head, summary_of
from jetdoctor.report.style import plural
from jetdoctor.types import Finding, Report, Result, Target


@dataclass(frozen=True)
class Kind:
    """Boards that are the same target, under a letter."""

    letter: str
    target: Target
    boards: Tuple[Board, ...]


@dataclass(frozen=True)
class Cause:
    """A rule that blocks models: how many, on which kinds of boards, and the first one."""

    finding: Finding
    models: Tuple[str, ...]
    letters: Tuple[str, ...]


def kinds(boards: Sequence[Board]) -> List[Kind]:
    """The kinds of boards in the order of their first board: A to Z, AA, AB …"""
    found: Dict[Hashable, List[Board]] = {}
    targets: Dict[Hashable, Target] = {}
    for board in boards:
        if board.target is not None:
            key = _key(board.target)
            targets.setdefault(key, board.target)
            found.setdefault(key, []).append(board)
    return [Kind(_letter(number), targets[key], tuple(held)) for number, (key, held) in enumerate(found.items())]


def _key(target: Target) -> Hashable:
    """What tells boards apart, whatever an engine is wanted in."""
    memory = target.module.ram_mb if target.module else None
    return target.name, target.tensorrt, target.l4t, target.cuda, target.cudnn, target.python, memory


def _letter(number: int) -> str:
    rest, last = divmod(number, 26)
    return (_letter(rest - 1) if rest else "") + chr(ord("A") + last)


def document(report: Report, boards: Sequence[Board]) -> str:
    """Schema: docs/schema/fleet.json. ``runs`` has the verdict of every model on every board by name."""
    letters = {_key(kind.target): kind for kind in kinds(boards)}
    rows = []
    for board in boards:
        row: Dict[str, Any] = {"name": board.name, "target": board.target.to_json() if board.target else None}
        row["findings"] = [finding.to_json() for finding in board.findings]
        rows.append(dict(row, error=board.error) if board.error else row)
    runs: Dict[str, Dict[str, str]] = {}
    for result in report.results:
        names = [board.name for board in letters[_key(result.target)].boards]
        runs.setdefault(result.model.path, {}).update((name, result.verdict) for name in names)
    found = dict(head(), boards=rows, runs=runs)
    found["results"] = [_result(result, letters) for result in report.results]
    found["summary"] = dict(summary_of(report), boards=len(boards), kinds=len(letters))
    return dumps(found)


def _result(result: Result, letters: Dict[Hashable, Kind]) -> Dict[str, Any]:
    return dict(result.to_json(), boards=[board.name for board in letters[_key(result.target)].boards])


def causes(report: Report, known: Sequence[Kind]) -> List[Cause]:
    """Errors and warnings by rule, the rule that blocks most models first."""
    letters = {_key(kind.target): kind.letter for kind in known}
    found: Dict[str, Finding] = {}
    models: Dict[str, Dict[str, None]] = {}
    where: Dict[str, Dict[str, None]] = {}
    for result in report.results:
        for finding in result.findings:
            if finding.severity != "info":
                key = "%s %s" % (finding.severity, finding.rule)
                found.setdefault(key, finding)
                models.setdefault(key, {})[result.model.path] = None
                where.setdefault(key, {})[letters[_key(result.target)]] = None
    order = [letter for letter in letters.values()]
    rows = [Cause(f, tuple(models[key]), tuple(sorted(where[key], key=order.index))) for key, f in found.items()]
    return sorted(rows, key=lambda cause: (cause.finding.severity != "error", -len(cause.models)))


def headline(groups: Sequence[Sequence[Result]]) -> str:
    """``deploys on every board: 3 of 5 models; on none as they are: 2``."""
    everywhere = sum(all(result.verdict == "deploys" for result in group) for group in groups)
    nowhere = sum(not any(result.verdict == "deploys" for result in group) for group in groups)
    text = "deploys on every board: %d of %s" % (everywhere, plural(len(groups), "model"))
    return text + ("; on none as it is: %d" % nowhere if nowhere else "")


def with_health(board: Board) -> str:
    """``camera-07 (2 errors of its own)``."""
    errors = sum(finding.severity == "error" for finding in board.findings)
    return board.name + (" (%s on the board itself)" % plural(errors, "error") if errors else "")


def trouble(board: Board) -> str:
    """Which board cannot be checked for, and why."""
    return board.error if board.name in board.error else "%s: %s" % (board.name, board.error)
