"""What will TensorRT do with an ONNX model on a JetPack: refuse it, take it, or compute something else?

Without --target every JetPack is checked (on a Jetson: this one). No GPU and no TensorRT are needed.

Exit code: 0 no finding at or above --fail-on, 1 such a finding, 2 bad usage, or a model (or its external data) that is
missing, unreadable or not ONNX, 3 a rule crashed. Without --target the matrix of all JetPacks is information: 1 only
when no JetPack takes the model. The code does not depend on --format.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Iterable, List, Optional, Sequence, Tuple

from jetdoctor import report
from jetdoctor.cli import config, models, output, parser, selection, where
from jetdoctor.types import Device, JetdoctorError, ModelSummary, Report, Result, Target, UsageError

EXAMPLES = """\
  jetdoctor check model.onnx                              every JetPack
  jetdoctor check model.onnx -t xavier-nx@jetpack-5.0.2   one board, in detail
  jetdoctor check *.onnx -t jp6.2 -j 4 --format sarif -o findings.sarif
  jetdoctor check model.onnx -t jp5.x --ignore JD305 --fail-on warning
  jetdoctor check model.onnx -t agx-orin@jetpack-6.2 --dla --precision int8
"""

#: Files that are engines, not models (as jetdoctor.verify.engine_file knows them).
ENGINE_SUFFIXES = (".engine", ".plan", ".trt")

FAIL_ON = ("error", "warning", "never")


def configure(options: parser.Parser, command: str) -> None:
    options.add_argument("models", nargs="+", metavar="MODEL", help="ONNX file, a folder of them, or an engine")
    parser.add_targets(options)
    parser.add_wanted(options)
    options.add_argument("--device", metavar="FILE", help="snapshot or capture of a board (device --save, --root)")
    parser.add_output(options, report.FORMATS)
    options.add_argument("--fail-on", choices=FAIL_ON, metavar="S", help="error (default), warning or never")
    parser.add_selection(options)
    options.add_argument("--baseline", metavar="FILE", help="JSON report whose findings are known already")
    options.add_argument("--prove", action="store_true", help="also build with the best compiler that is here")
    options.add_argument("--as-parsed", action="store_true", help="also run it as that parser reads it, on a CPU")
    options.add_argument("-j", "--jobs", type=int, default=1, metavar="N", help="models checked at once")
    options.add_argument("--hash", action="store_true", help="sha256 of each model in the report")


@dataclass(frozen=True)
class Question:
    """What is asked about every model."""

    targets: Tuple[Target, ...]
    device: Optional[Device] = None
    hash: bool = False
    matrix: bool = False


def run(arguments: Any) -> int:
    output.require_writable(arguments.output, arguments.models)
    settings = config.load()
    chosen = selection.make(
        parser.split_ids(arguments.select) or list(settings.select),
        parser.split_ids(arguments.ignore) + list(settings.ignore),
        arguments.baseline or settings.baseline,
    )
    question = _question(arguments, settings)
    paths = models.expand(arguments.models)
    groups = list(_all(paths, question, arguments.jobs))
    if arguments.as_parsed:
        from jetdoctor.cli.as_parsed import measured

        groups = measured(groups)
    unproven = 0
    if arguments.prove:
        from jetdoctor.cli.prove import prove

        groups, unproven = prove(groups)
    results = tuple(chosen.apply(result) for group in groups for result in group)
    found = Report(results)
    render = partial(report.render, found, arguments.format, matrix=question.matrix)
    output.emit(render, arguments.output)
    code = exit_code(results, arguments.fail_on or settings.fail_on or "error", question.matrix)
    return max(code, 3 if unproven else 0)


def _question(arguments: Any, settings: config.Config) -> Question:
    plugins = parser.split_ids(arguments.plugins) + list(settings.plugins)
    device = None
    if arguments.device:
        from jetdoctor import device as room

        device = room.from_snapshot(arguments.device)
    specs = arguments.targets or ([] if device else list(settings.targets))
    targets = where.named(specs, plugins)
    if not targets:
        here = where.of_device(device) if device else where.of_jetson()
        targets = (replace(here, plugins=tuple(plugins)),) if here else ()
    matrix = not targets
    targets = parser.wanted(targets or where.everywhere(plugins), arguments)
    return Question(targets, device, arguments.hash, matrix)


def _all(paths: Sequence[str], question: Question, jobs: int) -> Iterable[Tuple[Result, ...]]:
    """Results of every model, in order, with ``jobs`` processes."""
    from jetdoctor.cli.progress import bar

    if jobs < 1:
        raise UsageError("-j %d: at least one process is needed" % jobs)
    ask = partial(one, question=question)
    if min(jobs, len(paths)) == 1:
        yield from bar(map(ask, paths), len(paths), "checking")
        return
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    try:
        with ProcessPoolExecutor(min(jobs, len(paths))) as pool:
            yield from bar(pool.map(ask, paths), len(paths), "checking")
    except BrokenProcessPool:
        raise JetdoctorError("a checking process died (out of memory?): try again with -j 1") from None


def one(path: str, question: Question) -> Tuple[Result, ...]:
    """One model against all targets. Whatever is wrong with it becomes its result."""
    from jetdoctor import check, model

    try:
        if path.lower().endswith(ENGINE_SUFFIXES):
            return _engine(path, question.targets)
        loaded = model.load(path)
        summary = model.summarize(loaded, hash=question.hash)
        return check.check(loaded, question.targets, device=question.device, summary=summary)
    except model.UnreadableModel as error:
        return _without_findings(path, question.targets, "unreadable", str(error))
    except ModuleNotFoundError:
        raise  # not the model's fault: every other one would fail alike
    except Exception as error:  # one model must not take the others with it
        reason = "jetdoctor failed on it: %s: %s" % (type(error).__name__, error)
        return _without_findings(path, question.targets, "unknown", reason)


def _engine(path: str, targets: Sequence[Target]) -> Tuple[Result, ...]:
    """A TensorRT engine against all targets: was it built for them?"""
    from jetdoctor.verify import engine_file

    summary = ModelSummary(path, producer="TensorRT engine")
    results = []
    try:
        for target in targets:
            found = tuple(engine_file.check(path, target))
            refused = any(finding.severity == "error" for finding in found)
            verdict = "fails" if refused else "deploys" if engine_file.fits(path, target) else "unknown"
            results.append(Result(summary, target, verdict, found))
    except UsageError as error:
        return _without_findings(path, targets, "unreadable", str(error))
    return tuple(results)


def _without_findings(path: str, targets: Sequence[Target], verdict: str, reason: str) -> Tuple[Result, ...]:
    summary = ModelSummary(path=path)
    return tuple(Result(summary, t, verdict, evidence="not-run", error=reason) for t in targets)


def exit_code(results: Sequence[Result], fail_on: str, matrix: bool = False) -> int:
    """3 > 2 > 1 > 0. A matrix fails only when no JetPack takes a model."""
    codes: List[int] = [0]
    for result in results:
        crashed = result.error is not None or any(f.rule == selection.ALWAYS for f in result.findings)
        if result.verdict == "unreadable":
            codes.append(2)
        elif result.verdict == "unknown" and crashed:
            codes.append(3)
    if fail_on != "never" and (_none_takes_one(results) if matrix else _counted(results, fail_on)):
        codes.append(1)
    return max(codes)


def _counted(results: Sequence[Result], fail_on: str) -> bool:
    severities = ("error",) if fail_on == "error" else ("error", "warning")
    return any(f.severity in severities for result in results for f in result.findings)


def _none_takes_one(results: Sequence[Result]) -> bool:
    readable = {r.model.path for r in results if r.verdict != "unreadable"}
    return bool(readable - {r.model.path for r in results if r.verdict == "deploys"})
