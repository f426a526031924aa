"""Repair an ONNX model for a target, prove with ONNX Runtime that its outputs are the same, and check it again.

Without --apply or -o nothing is written: the plan and the graph changes are shown. Only safe fixes are
made, unless --unsafe is given. Exit code: 0 clean for the target, 1 errors remain, 2 bad usage or
unreadable model, 3 jetdoctor itself failed.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, List, Mapping, Tuple

from jetdoctor.api import where
from jetdoctor.cli import choosing, output, parser
from jetdoctor.cli.waiting import Waiting
from jetdoctor.policy import config
from jetdoctor.report import FORMATS, GATES
from jetdoctor.types import CHOICES, CRASHED, Report, UsageError

if TYPE_CHECKING:
    from jetdoctor.fix.outcome import FixOutcome

EXAMPLES = """\
  jetdoctor fix model.onnx -t jetpack-5.0.2 --diff       show every change
  jetdoctor fix model.onnx -t jetpack-5.0.2 --apply      in place, keeps .orig
  jetdoctor fix model.onnx -t jp5.x --freeze images=1x3x640x640 -o fixed.onnx
  jetdoctor fix model.onnx --opset 13 -o 13.onnx         a proven downgrade
  jetdoctor fix model.onnx -t jp5.x --script repair.py   the repair as a program
"""


def configure(options: parser.Parser, command: str) -> None:
    options.add_argument("model", metavar="MODEL", help="ONNX file, - for standard input")
    parser.add_targets(options)
    options.add_argument("--opset", type=int, metavar="N", help="lower the model's opset to N first")
    options.add_argument(
        "--freeze",
        action="append",
        metavar="NAME=SHAPE",
        help="give an input its shape (images=1x3x640x640) or a symbol its size (batch=1)",
    )
    place = options.add_mutually_exclusive_group()
    place.add_argument("--apply", action="store_true", help="replace the model; the original stays as MODEL.orig")
    place.add_argument("-o", "--output", metavar="OUT", help="write the repaired model there")
    options.add_argument("--simplify", action="store_true", help="fold constants, remove no-op and duplicate nodes")
    options.add_argument(
        "--fold-with",
        choices=("polygraphy",),
        metavar="TOOL",
        help="before --simplify, fold constants with this tool: polygraphy",
    )
    options.add_argument("--unsafe", action="store_true", help="also apply fixes that may change values or shapes")
    options.add_argument(
        "--allow",
        action="append",
        metavar="CHOICES",
        help="fixes that change the model's interface or precision: " + ", ".join(CHOICES),
    )
    options.add_argument("--choose", action="store_true", help="ask about each of these choices")
    options.add_argument("--select", action="append", metavar="IDS", help="repair only these rules' findings")
    parser.add_rules(options)
    options.add_argument("--inputs", metavar="FILE", help="more inputs for the proof: .npz, .npy, images")
    options.add_argument(
        "--script",
        metavar="FILE.py",
        help="write the repair as a program that needs only onnx, numpy and onnx-graphsurgeon",
    )
    options.add_argument("--diff", action="store_true", help="show every removed, added or changed node")
    options.add_argument(
        "--format", type=str.lower, choices=FORMATS, default="text", metavar="F", help=", ".join(FORMATS)
    )


def run(arguments: Any) -> int:
    from jetdoctor import api

    output.require_writable(arguments.output)
    output.require_writable(arguments.script)
    if (arguments.output or "").lower().endswith((".html", ".json")):
        raise UsageError("-o names the repaired model; to write the report: --format F > %s" % arguments.output)
    if arguments.opset is not None:
        _require_opset(arguments.opset)
    if arguments.fold_with and not arguments.simplify:
        raise UsageError("--fold-with %s goes with --simplify" % arguments.fold_with)
    path = _file(arguments)
    work = partial(
        _waited,
        api.fix,
        path,
        _targets(arguments, path),
        opset=arguments.opset,
        unsafe=arguments.unsafe,
        select=parser.split_ids(arguments.select),
        inputs=arguments.inputs,
        simplify=arguments.simplify,
        fold_with=arguments.fold_with or "",
    )
    before = _structure(arguments, path)
    freeze = choosing.sizes_of(arguments.freeze or [])
    if arguments.choose:
        outcome = _choosing(work, arguments, freeze)
    else:
        outcome = work(allow=_allowed(arguments), freeze=freeze, output=arguments.output, apply=arguments.apply)
    outcome = outcome if arguments.model == path else _called(outcome, arguments.model)
    _print(outcome, arguments, before)
    if arguments.script:
        _write_script(outcome, arguments.script)
    if any(finding.rule == CRASHED for result in outcome.results for finding in result.findings):
        return 3  # a rule crashed: nobody knows whether the model is clean
    return 0 if outcome.clean and not _opset_refused(outcome) else 1


def _require_opset(wanted: int) -> None:
    """UsageError for an opset that the installed onnx does not know."""
    from jetdoctor.fix.opset import schemas

    if wanted < 1:
        raise UsageError("--opset %d: an opset is 1 or more" % wanted)
    if wanted > schemas.newest_opset():
        raise UsageError("--opset %d: the newest opset of the installed onnx is %d" % (wanted, schemas.newest_opset()))


def _file(arguments: Any) -> str:
    """The model's file; that of standard input cannot be replaced."""
    from jetdoctor.model import DASH, file_of

    if arguments.model == DASH and arguments.apply:
        raise UsageError("--apply replaces a file, and the model comes from standard input: give -o OUT.onnx")
    return file_of(arguments.model)


def _called(outcome: FixOutcome, name: str) -> FixOutcome:
    """The outcome of a model that the user knows by another name than its file's."""
    results, before = (
        tuple(replace(result, model=replace(result.model, path=name)) for result in some)
        for some in (outcome.results, outcome.before)
    )
    return replace(outcome, path=name, results=results, before=before)


def _allowed(arguments: Any) -> Tuple[str, ...]:
    return choosing.named(parser.split_ids(arguments.allow))


def _choosing(work: Callable[..., FixOutcome], arguments: Any, freeze: Mapping[str, str]) -> FixOutcome:
    """What was agreed to is written at the end; until then every trial stays in memory."""
    from jetdoctor.api import models

    choosing.require_terminal()
    outcome = choosing.decide(work, _allowed(arguments), freeze)
    if not _writes(arguments):
        return outcome
    return models.written(outcome, arguments.inputs, arguments.output, arguments.apply)


def _waited(work: Callable[..., FixOutcome], *given: Any, **options: Any) -> FixOutcome:
    with Waiting() as say:
        return work(*given, say=say, **options)


def _targets(arguments: Any, path: str) -> Any:
    from jetdoctor.model import require_readable

    settings = config.load()
    plugins = parser.split_ids(arguments.plugins) + list(settings.plugins)
    alone = arguments.opset is not None or bool(arguments.freeze) or arguments.simplify
    targets = where.named(arguments.targets or ([] if alone else settings.targets), plugins)
    if not targets and arguments.format in GATES:
        raise UsageError("--format %s is for CI: name the target (-t jetpack-6.2)" % arguments.format)
    if targets or alone:
        return targets
    here = where.of_jetson()
    if here is None:
        require_readable(path)  # a missing file is told first
        raise UsageError("fix needs a target or an opset: --target jetpack-5.0.2 (or --opset N alone)")
    return (replace(here, plugins=tuple(plugins)),)


def _opset_refused(outcome: Any) -> bool:
    """Whether what --opset asked for was not possible; without a target nothing else can be wrong."""
    left = [step for step in outcome.plan.steps if step.reason and not step.applied]
    return any(not outcome.targets or not step.rule for step in left)


def _structure(arguments: Any, path: str) -> Any:
    """What a page draws of the original, which may be replaced; None for other formats."""
    if arguments.format != "html":
        return None
    from jetdoctor.report.page import structure

    return structure.of_file(path)


def _drawing(outcome: FixOutcome, before: Any) -> Any:
    """The graph before and after the repair; one without changes is drawn as it is."""
    from jetdoctor.model import from_proto
    from jetdoctor.report import Drawing
    from jetdoctor.report.page import structure

    after = structure.structure(from_proto(outcome.proto, outcome.path)) if outcome.changed else before
    return Drawing(before, after, [diff.names() for diff in outcome.diff])


def _print(outcome: Any, arguments: Any, before: Any) -> None:
    from jetdoctor import report

    page = arguments.format == "html"
    shown = arguments.diff or page or not _writes(arguments)

    def render(width: int, color: bool) -> str:
        return report.render_fix(
            Report(outcome.results),
            outcome.plan,
            arguments.format,
            width=width,
            color=color,
            path=outcome.path,
            before=outcome.before,
            reason=outcome.reason,
            caller=outcome.caller,
            sizes=_sizes(outcome),
            notes=outcome.notes,
            changes=_changes(outcome, arguments.diff) if shown else None,
            drawing=_drawing(outcome, before) if page else None,
        )

    output.emit(render)


def _write_script(outcome: Any, path: str) -> None:
    """The repair as a program; there is none when the repair itself was given up."""
    if outcome.reason:
        print("no script: %s" % outcome.reason, file=sys.stderr)
        return
    from jetdoctor.fix.script import of_outcome

    written = of_outcome(outcome)
    output.emit(lambda width, color: written.text, path)
    if written.trouble:
        print("the script stops, since %s" % written.trouble, file=sys.stderr)


def _sizes(outcome: Any) -> List[Tuple[str, int, int]]:
    """Rows of the table of a simplified model: nodes, bytes, then each operator."""
    if outcome.sizes is None:
        return []
    before, after = outcome.sizes
    rows = [("nodes", before.nodes, after.nodes), ("bytes", before.bytes, after.bytes)]
    names = sorted(set(before.operators) | set(after.operators))
    return rows + [(name, before.operators.get(name, 0), after.operators.get(name, 0)) for name in names]


def _writes(arguments: Any) -> bool:
    return bool(arguments.apply or arguments.output)


def _changes(outcome: Any, every: bool) -> List[Any]:
    """``(title, rule, lines)`` of every fix that changed nodes: not of one that only sorts them."""
    return [(diff.title, diff.rule, diff.lines(every)) for diff in outcome.diff if diff.changes]
