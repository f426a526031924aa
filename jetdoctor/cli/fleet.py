"""``check --fleet`` and ``device --for`` with several boards: which model runs on which board."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Callable, List, Sequence, Tuple

from jetdoctor import report
from jetdoctor.cli import output, parser
from jetdoctor.device.boards import Board
from jetdoctor.policy import FAIL_ON, Policy
from jetdoctor.types import Device, ModelSummary, Report, Result, Target, UsageError


def boards_of(arguments: Any, policy: Policy) -> Tuple[Board, ...]:
    """The boards of ``--fleet``, with the findings about them that count."""
    from jetdoctor import api

    if arguments.targets or arguments.device:
        raise UsageError("--fleet names the boards: drop --target and --device")
    return tuple(_counted(board, policy) for board in api.fleet(*arguments.fleet))


def targets_of(boards: Sequence[Board], arguments: Any, plugins: Sequence[str]) -> Tuple[Target, ...]:
    """One target for each kind of board, with what is wanted of the engine."""
    kinds = [replace(target, plugins=tuple(plugins)) for target in kinds_of(boards)]
    return parser.wanted(kinds, arguments, arguments.models)


def kinds_of(boards: Sequence[Board]) -> List[Target]:
    """One target for each kind of board. UsageError when no board can be one."""
    from jetdoctor.report import runs

    known = runs.kinds(boards)
    if not known:
        raise UsageError("no board of the fleet can be checked for: %s" % runs.trouble(boards[0]))
    return [kind.target for kind in known]


def emit(results: Sequence[Result], boards: Sequence[Board], arguments: Any, quiet: bool = False) -> None:
    """The fleet as text, JSON or Markdown; any other format tells of each kind of board as of a target."""
    from jetdoctor.report import runs, runs_markdown, runs_text

    found = Report(tuple(results))
    if arguments.format == "text":
        output.emit(partial(runs_text.render, found, boards, quiet=quiet), arguments.output)
    elif arguments.format == "json":
        output.emit(lambda width, color: runs.document(found, boards), arguments.output)
    elif arguments.format == "markdown":
        output.emit(lambda width, color: runs_markdown.render(found, boards), arguments.output)
    else:
        output.emit(partial(report.render, found, arguments.format, quiet=quiet), arguments.output)


def exit_code(boards: Sequence[Board], fail_on: Callable[[Result], str]) -> int:
    """What the boards themselves are worth: 2 for one that cannot be read, 1 for one with findings that fail."""
    failing = [_result(board) for board in boards if board.target is not None]
    bad = any(f.severity in FAIL_ON[fail_on(result)] for result in failing for f in result.findings)
    return 2 if any(board.error for board in boards) else int(bad)


def _counted(board: Board, policy: Policy) -> Board:
    return board if board.target is None else replace(board, findings=policy.apply(_result(board)).findings)


def _result(board: Board) -> Result:
    """The findings about a board in the form that a policy judges; no model takes part."""
    assert board.target is not None
    return Result(ModelSummary(board.name), board.target, "deploys", board.findings)


def boards_of_devices(devices: Sequence[Device]) -> List[Board]:
    """Boards that answered, each with the findings about it."""
    from jetdoctor.api.boards import judged
    from jetdoctor.device import board_of

    return [judged(board_of(device.origin, device)) for device in devices]
