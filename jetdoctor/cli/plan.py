"""The way from an ONNX model to an engine on one board: repair, build, prove, and what to fall back on.

Every step is a command to type. The trtexec options are those of that board's TensorRT.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, List, Sequence

from jetdoctor.cli import config, output, parser, where
from jetdoctor.types import Result, Target, UsageError
from jetdoctor.verify.route import Step, route

EXAMPLES = """\
  jetdoctor plan model.onnx -t xavier-nx@jetpack-5.0.2
  jetdoctor plan model.onnx -t nano
  jetdoctor plan model.onnx -t agx-orin@jetpack-6.2 --dla --precision int8
"""


def configure(options: parser.Parser, command: str) -> None:
    options.add_argument("model", metavar="MODEL", help="ONNX file")
    parser.add_targets(options)
    parser.add_wanted(options)
    parser.add_output(options, ("text", "json"))


def run(arguments: Any) -> int:
    from jetdoctor import check, model

    output.require_writable(arguments.output, [arguments.model])
    (target,) = parser.wanted([_target(arguments)], arguments)
    view = model.load(arguments.model)
    summary = model.summarize(view)
    result = check.check(view, (target,), summary=summary)[0]
    if result.dla is not None and result.dla.absent:  # then the way is the GPU's
        divided, target = result.dla, replace(target, dla=False)
        result = replace(check.check(view, (target,), summary=summary)[0], dla=divided)
    steps = plan(result, view)
    if arguments.format == "json":
        output.emit(lambda width, color: _document(result, steps), arguments.output)
    else:
        output.emit(lambda width, color: _text(result, steps, width, color), arguments.output)
    return 1 if result.verdict == "fails" else 0


def _target(arguments: Any) -> Target:
    settings = config.load()
    plugins = parser.split_ids(arguments.plugins) + list(settings.plugins)
    targets = where.named(arguments.targets or settings.targets, plugins)
    here = None if targets else where.of_jetson()
    if len(targets) != 1 and here is None:
        raise UsageError("plan is for one board: give one --target, such as xavier-nx@jetpack-5.0.2")
    return here or targets[0]


def plan(result: Result, view: Any) -> List[Step]:
    """Steps for one model (``view``) and target, in order."""
    from jetdoctor.target import releases

    row = next((r for r in releases() if r["jetpack"] == result.target.jetpack), None)
    return route(result, [view.profile] if view.profile else [], row)


def _document(result: Result, steps: Sequence[Step]) -> str:
    from jetdoctor.report.document import dumps, head

    rows = [step.to_json() for step in steps]
    about = {"model": result.model.to_json(), "target": result.target.to_json(), "verdict": result.verdict}
    return dumps(dict(head(), **about, steps=rows))


def _text(result: Result, steps: Sequence[Step], width: int, color: bool) -> str:
    from jetdoctor.report.style import VERDICT_COLOR, Writer, clean

    writer = Writer(width, color)
    verdict = writer.paint(result.verdict.upper(), VERDICT_COLOR[result.verdict], "bold")
    writer.line("%s on %s: %s" % (clean(result.model.path), result.target.name, verdict))
    for number, step in enumerate(steps, 1):
        writer.line()
        writer.wrapped("%d. " % number, step.title, "bold", indent=0, label_styles=("bold",))
        for index, command in enumerate(step.commands):
            if index:
                writer.line("   or")
            for line in command.split("\n"):  # a here-document must stand at the left edge to run
                writer.line(("" if "\n" in command else "   ") + writer.paint(clean(line), "cyan"))
        for remark in step.remarks:
            writer.wrapped("", remark, indent=3)
    return writer.text()
