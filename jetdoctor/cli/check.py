"""What will TensorRT do with an ONNX model on a JetPack: refuse it, accept it, or compute something else?

Without --target every JetPack is checked (on a Jetson: this one). No GPU and no TensorRT are needed.

Exit code: 0 no finding at or above --fail-on, 1 such a finding, 2 bad usage, or a model (or its external data) that is
missing, unreadable or not ONNX, 3 a rule crashed. Without --target the matrix of all JetPacks is information: 1 only
when no JetPack accepts the model. An unknown verdict alone is 0: nothing was found. The code does not depend on
--format.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, Iterable, List, Optional, Sequence, Tuple

from jetdoctor import onnx_parts, report
from jetdoctor.api import where
from jetdoctor.cli import output, parser
from jetdoctor.cli.progress import bar
from jetdoctor.policy import FAIL_ON, Policy, baseline, config
from jetdoctor.types import CRASHED, Device, Report, Result, Target, UsageError

if TYPE_CHECKING:
    from jetdoctor.device.boards import Board

EXAMPLES = """\
  jetdoctor check model.onnx                              every JetPack
  jetdoctor check model.onnx -t xavier-nx@jetpack-5.0.2   one board, in detail
  jetdoctor check *.onnx -t jp6.2 -j 4 --format sarif -o findings.sarif
  jetdoctor check model.onnx -t jp5.x --ignore JD305 --fail-on warning
  jetdoctor check model.onnx -t agx-orin@jetpack-6.2 --dla --precision int8
  jetdoctor check nets/ --fleet boards/          which model runs on which board
"""

Group = Tuple[Result, ...]


def configure(options: parser.Parser, command: str) -> None:
    known = "ONNX file, folder, pattern, engine, @LIST, or - for standard input"
    options.add_argument("models", nargs="+", metavar="MODEL", help=known)
    parser.add_targets(options)
    parser.add_wanted(options)
    options.add_argument("--device", metavar="FILE", help="snapshot or capture of a board (device --save, --root)")
    options.add_argument("--fleet", action="append", metavar="DIR", help="a folder of such snapshots, one per board")
    parser.add_output(options, report.FORMATS)
    options.add_argument(
        "--fail-on", type=str.lower, choices=tuple(FAIL_ON), metavar="S", help="error (default), warning, info, never"
    )
    options.add_argument("--exit-zero", action="store_true", help="exit 0 whatever is found (2 and 3 remain)")
    parser.add_selection(options)
    parser.add_rules(options)
    options.add_argument("--baseline", metavar="FILE", help="findings in this baseline do not count")
    options.add_argument("--write-baseline", metavar="FILE", help="write the current findings as a baseline, exit 0")
    options.add_argument("--prove", action="store_true", help="also build with the best compiler on this machine")
    options.add_argument("--as-parsed", action="store_true", help="also run it on the CPU as that parser reads it")
    options.add_argument("--prove-fix", action="store_true", help="also try the repair and report whether it is proven")
    options.add_argument("-j", "--jobs", type=int, metavar="N", help="models to check in parallel")
    options.add_argument("--cache", metavar="DIR", help="cache results in this folder")
    options.add_argument("--no-cache", action="store_true", help="do not use the cache")
    options.add_argument("--cluster", metavar="URL", help="check on a cluster: dask://HOST:PORT or ray://HOST:PORT")
    options.add_argument("-q", "--quiet", action="store_true", help="one line per model")
    options.add_argument("--hash", action="store_true", help="sha256 of each model in the report")


def run(arguments: Any) -> int:
    from jetdoctor import api
    from jetdoctor.batch.names import expand

    onnx_parts.alone()
    output.require_writable(arguments.output, arguments.models)
    output.require_writable(arguments.write_baseline, arguments.models)
    settings = config.load()
    policy = _policy(arguments, settings)
    paths = expand(arguments.models)
    boards: Tuple[Board, ...] = ()
    if arguments.fleet:
        from jetdoctor.cli import fleet

        boards, device, matrix = fleet.boards_of(arguments, policy), None, False
        targets = fleet.targets_of(boards, arguments, _plugins(arguments, settings))
    else:
        targets, device, matrix = _about(arguments, settings, paths)
    _require_targets(arguments.format, matrix, paths)
    groups = api.check_each(
        paths,
        targets,
        device=device,
        precision=arguments.precision,
        dla=arguments.dla,
        prove=arguments.prove,
        as_parsed=arguments.as_parsed,
        prove_fix=arguments.prove_fix,
        hash=arguments.hash,
        jobs=(settings.jobs or 1) if arguments.jobs is None else arguments.jobs,
        policy=policy,
        cache=_cache(arguments, settings),
        cluster=arguments.cluster,
    )
    return _report(arguments, groups, len(paths), policy, matrix, boards)


def _report(
    arguments: Any, groups: Iterable[Group], count: int, policy: Policy, matrix: bool, boards: Sequence[Board]
) -> int:
    """Print what comes, as it comes where the format allows it; the exit code."""
    passing = arguments.exit_zero or bool(arguments.write_baseline)
    fail_on = policy.fail_on if not passing else lambda result: "never"
    shown = _Screen(arguments, count, matrix, boards)
    code = 0
    for group in groups if shown.is_progress else bar(groups, count, "checking"):
        _say_what_did_not_run(group)
        code = max(code, exit_code(group, fail_on, matrix))
        shown.group(group)
    shown.end()
    if boards:
        from jetdoctor.cli import fleet

        code = max(code, fleet.exit_code(boards, fail_on))
    if arguments.write_baseline:
        output.emit(lambda width, color: baseline.text_of(shown.results), arguments.write_baseline)
    return code


class _Screen:
    """Where results go: to the screen one by one, or together at the end."""

    def __init__(self, arguments: Any, count: int, matrix: bool, boards: Sequence[Board]) -> None:
        self.arguments, self.matrix, self.boards = arguments, matrix, boards
        self.results: List[Result] = []
        self.stream = None
        whole = boards and arguments.format == "text"  # a table wants all of them
        if arguments.output is None and arguments.format in report.STREAMS and count > 1 and not whole:
            how = dict(output.look(), matrix=matrix, quiet=arguments.quiet)
            self.stream = report.stream(arguments.format, True, **how)
        #: whether what is printed tells how far it is, so that a bar would only be in its way
        self.is_progress = self.stream is not None and sys.stdout.isatty()

    def group(self, results: Group) -> None:
        if self.stream is not None:
            output.print_safely(self.stream.group(list(results)))
            sys.stdout.flush()
        if self.stream is None or self.arguments.write_baseline:
            self.results.extend(results)

    def end(self) -> None:
        if self.stream is not None:
            last = self.stream.end()
            if last:
                output.print_safely(last)
            return
        if self.boards:
            from jetdoctor.cli import fleet

            fleet.emit(self.results, self.boards, self.arguments, self.arguments.quiet)
            return
        found = Report(tuple(self.results))
        how = dict(matrix=self.matrix, quiet=self.arguments.quiet)
        output.emit(partial(report.render, found, self.arguments.format, **how), self.arguments.output)


def _cache(arguments: Any, settings: config.Config) -> Optional[str]:
    """The folder of kept results: nothing is kept unless somebody says where."""
    if arguments.no_cache:
        return None
    chosen: Optional[str] = arguments.cache or settings.cache or os.environ.get("JETDOCTOR_CACHE") or None
    return chosen


def _policy(arguments: Any, settings: config.Config) -> Policy:
    """What counts; an ignore that has lapsed is said, since its findings come back."""
    policy = config.policy_of(
        settings,
        parser.split_ids(arguments.select),
        parser.split_ignores(arguments.ignore),
        arguments.baseline,
        arguments.fail_on,
    )
    for ignore in policy.lapsed:
        text = "jetdoctor: %s expired on %s, so these findings count again (%s)"
        print(text % (ignore, ignore.expires, ignore.reason), file=sys.stderr)
    return policy


def _require_targets(format: str, matrix: bool, paths: Sequence[str]) -> None:
    """A gate without a target would pass or fail on boards that nobody ships to."""
    if matrix and format in report.GATES:
        parser.require_present(paths)
        raise UsageError("--format %s is for CI: name the targets that you ship to (-t jetpack-6.2)" % format)


def _about(
    arguments: Any, settings: config.Config, paths: Sequence[str]
) -> Tuple[Tuple[Target, ...], Optional[Device], bool]:
    """The targets, the board of ``--device``, and whether nobody named a target: then every JetPack is asked."""
    plugins = _plugins(arguments, settings)
    device = None
    if arguments.device:
        from jetdoctor.device import from_snapshot

        device = from_snapshot(arguments.device)
    specs = arguments.targets or ([] if device else list(settings.targets))
    targets = where.named(specs, plugins)
    if not targets:
        here = where.of_device(device) if device else where.of_jetson()
        targets = (replace(here, plugins=tuple(plugins)),) if here else ()
    return parser.wanted(targets or where.everywhere(plugins), arguments, paths), device, not targets


def _plugins(arguments: Any, settings: config.Config) -> List[str]:
    return parser.split_ids(arguments.plugins) + list(settings.plugins)


def _say_what_did_not_run(results: Sequence[Result]) -> None:
    said = {"prove": "proven", "as-parsed": "emulated", "prove-fix": "repaired"}
    lines = [
        "jetdoctor: %s is not %s: %s" % (result.model.path, said[what], reason)
        for result in results
        for what, reason in result.not_run.items()
    ]
    for line in dict.fromkeys(lines):
        print(line, file=sys.stderr)


def exit_code(results: Sequence[Result], fail_on: Callable[[Result], str], matrix: bool = False) -> int:
    """3 > 2 > 1 > 0. A matrix fails only when no JetPack accepts a model. ``fail_on``: what fails, for each result."""
    codes: List[int] = [0]
    for result in results:
        crashed = result.error is not None or any(f.rule == CRASHED for f in result.findings)
        if result.verdict == "unreadable" or result.verdict == "fails" and result.error:  # its data is missing
            codes.append(2)
        elif result.verdict == "unknown" and crashed or "prove" in result.not_run:
            codes.append(3)
    failing = [result for result in results if fail_on(result) != "never"]
    if _none_accepts_one(failing) if matrix else any(_counted(result, fail_on(result)) for result in failing):
        codes.append(1)
    return max(codes)


def _counted(result: Result, fail_on: str) -> bool:
    return any(finding.severity in FAIL_ON[fail_on] for finding in result.findings)


def _none_accepts_one(results: Sequence[Result]) -> bool:
    """Whether a model has errors somewhere and deploys nowhere; one that is unknown everywhere has none."""
    refused = {r.model.path for r in results if r.verdict in ("fails", "fixable")}
    return bool(refused - {r.model.path for r in results if r.verdict == "deploys"})
