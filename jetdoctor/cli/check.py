"""What will TensorRT do with an ONNX model on a JetPack: refuse it, take it, or compute something else?

Without --target every JetPack is checked (on a Jetson: this one). No GPU and no TensorRT are needed.

Exit code: 0 no finding at or above --fail-on, 1 such a finding, 2 bad usage, or a model (or its external data) that is
missing, unreadable or not ONNX, 3 a rule crashed. Without --target the matrix of all JetPacks is information: 1 only
when no JetPack takes the model. The code does not depend on --format.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from typing import Any, List, Optional, Sequence, Tuple

from jetdoctor import report
from jetdoctor.api import where
from jetdoctor.cli import output, parser
from jetdoctor.policy import config
from jetdoctor.types import CRASHED, Device, Report, Result, Target

EXAMPLES = """\
  jetdoctor check model.onnx                              every JetPack
  jetdoctor check model.onnx -t xavier-nx@jetpack-5.0.2   one board, in detail
  jetdoctor check *.onnx -t jp6.2 -j 4 --format sarif -o findings.sarif
  jetdoctor check model.onnx -t jp5.x --ignore JD305 --fail-on warning
  jetdoctor check model.onnx -t agx-orin@jetpack-6.2 --dla --precision int8
"""

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


def run(arguments: Any) -> int:
    from jetdoctor import api
    from jetdoctor.batch.names import expand
    from jetdoctor.cli.progress import bar

    output.require_writable(arguments.output, arguments.models)
    settings = config.load()
    targets, device, matrix = _about(arguments, settings)
    paths = expand(arguments.models)
    groups = api.check_each(
        paths,
        targets,
        device=device,
        precision=arguments.precision,
        dla=arguments.dla,
        select=parser.split_ids(arguments.select) or list(settings.select),
        ignore=parser.split_ids(arguments.ignore) + list(settings.ignore),
        baseline=arguments.baseline or settings.baseline,
        prove=arguments.prove,
        as_parsed=arguments.as_parsed,
        hash=arguments.hash,
        jobs=arguments.jobs,
    )
    results = tuple(result for group in bar(groups, len(paths), "checking") for result in group)
    _say_what_did_not_run(results)
    render = partial(report.render, Report(results), arguments.format, matrix=matrix)
    output.emit(render, arguments.output)
    return exit_code(results, arguments.fail_on or settings.fail_on or "error", matrix)


def _about(arguments: Any, settings: config.Config) -> Tuple[Tuple[Target, ...], Optional[Device], bool]:
    """The targets, the board of ``--device``, and whether nobody named a target: then every JetPack is asked."""
    plugins = parser.split_ids(arguments.plugins) + list(settings.plugins)
    device = None
    if arguments.device:
        from jetdoctor.device import from_snapshot

        device = from_snapshot(arguments.device)
    specs = arguments.targets or ([] if device else list(settings.targets))
    targets = where.named(specs, plugins)
    if not targets:
        here = where.of_device(device) if device else where.of_jetson()
        targets = (replace(here, plugins=tuple(plugins)),) if here else ()
    return parser.wanted(targets or where.everywhere(plugins), arguments), device, not targets


def _say_what_did_not_run(results: Sequence[Result]) -> None:
    said = {"prove": "proven", "as-parsed": "emulated"}
    lines = [
        "jetdoctor: %s is not %s: %s" % (result.model.path, said[what], reason)
        for result in results
        for what, reason in result.not_run.items()
    ]
    for line in dict.fromkeys(lines):
        print(line, file=sys.stderr)


def exit_code(results: Sequence[Result], fail_on: str, matrix: bool = False) -> int:
    """3 > 2 > 1 > 0. A matrix fails only when no JetPack takes a model."""
    codes: List[int] = [0]
    for result in results:
        crashed = result.error is not None or any(f.rule == CRASHED for f in result.findings)
        if result.verdict == "unreadable" or result.verdict == "fails" and result.error:  # its data is missing
            codes.append(2)
        elif result.verdict == "unknown" and crashed or "prove" in result.not_run:
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
