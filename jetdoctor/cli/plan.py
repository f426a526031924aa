"""Print the steps from an ONNX model to an engine on one board: repair, build, prove, and the fallback.

Every step is a command to type. The trtexec options are those of that board's TensorRT.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Sequence

from jetdoctor.api import where
from jetdoctor.cli import output, parser
from jetdoctor.policy import config
from jetdoctor.types import Result, Target, UsageError

if TYPE_CHECKING:
    from jetdoctor.api.models import Route
    from jetdoctor.verify.route import Step

EXAMPLES = """\
  jetdoctor plan model.onnx -t xavier-nx@jetpack-5.0.2
  jetdoctor plan model.onnx -t nano
  jetdoctor plan model.onnx -t agx-orin@jetpack-6.2 --dla --precision int8
"""


def configure(options: parser.Parser, command: str) -> None:
    options.add_argument("model", metavar="MODEL", help="ONNX file, - for standard input")
    parser.add_targets(options)
    parser.add_wanted(options)
    parser.add_output(options, parser.PAGES)


def run(arguments: Any) -> int:
    from jetdoctor import api

    output.require_writable(arguments.output, [arguments.model])
    (target,) = parser.wanted([_target(arguments)], arguments, [arguments.model])
    found = api.plan(arguments.model, target, arguments.precision, arguments.dla)
    form = partial(_text, found.result, found.steps) if arguments.format == "text" else partial(_document, found)
    output.emit_as(arguments.format, "plan", form, arguments.output)
    return 1 if found.result.verdict == "fails" else 0


def _target(arguments: Any) -> Target:
    from jetdoctor.model import require_readable

    settings = config.load()
    plugins = parser.split_ids(arguments.plugins) + list(settings.plugins)
    targets = where.named(arguments.targets or settings.targets, plugins)
    here = None if targets else where.of_jetson()
    if len(targets) != 1 and here is None:
        require_readable(arguments.model)  # a missing file is told first
        raise UsageError("plan is for one board: give one --target, such as xavier-nx@jetpack-5.0.2")
    return here or targets[0]


def _document(found: Route, width: int, color: bool) -> str:
    from jetdoctor.report.document import dumps, head

    return dumps(dict(head(), **found.to_json()))


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
