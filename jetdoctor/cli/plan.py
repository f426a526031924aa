"""The way from an ONNX model to an engine on one board: repair, build, prove, and what to fall back on.

Every step is a command to type. The trtexec options are those of that board's TensorRT.
"""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from typing import Any, List, Sequence, Tuple

from jetdoctor.cli import config, output, parser, where
from jetdoctor.types import JetdoctorError, Result, Target, UsageError

EXAMPLES = """\
  jetdoctor plan model.onnx -t xavier-nx@jetpack-5.0.2
  jetdoctor plan model.onnx -t nano
"""

TRTEXEC = "/usr/src/tensorrt/bin/trtexec"  # where JetPack's tensorrt package puts it

#: trtexec's options were read from 8.0 on.
OLDEST = (8, 0)


@dataclass(frozen=True)
class Step:
    """One step: what for, the command ("" for advice), remarks."""

    title: str
    command: str = ""
    remarks: Tuple[str, ...] = ()


def configure(options: parser.Parser, command: str) -> None:
    options.add_argument("model", metavar="MODEL", help="ONNX file")
    parser.add_targets(options)
    parser.add_output(options, ("text", "json"))


def run(arguments: Any) -> int:
    from jetdoctor import check, model

    output.require_folder(arguments.output)
    target = _target(arguments)
    view = model.load(arguments.model)
    result = check.check(view, (target,), summary=model.summarize(view))[0]
    steps = plan(result)
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


def plan(result: Result) -> List[Step]:
    """Steps for one model and target, in order."""
    path, steps = result.model.path, []
    if result.verdict == "fixable":
        path = "%s.%s.onnx" % (os.path.splitext(path)[0], result.target.name.replace("@", "-").replace("+", "-"))
        fix = "jetdoctor fix %s --target %s -o %s" % tuple(
            map(shlex.quote, (result.model.path, result.target.name, path))
        )
        steps.append(Step("Repair it", fix, _causes(result)))
    elif result.verdict == "fails":
        rules = sorted({f.rule for f in result.findings if f.severity == "error"})
        steps.append(Step("Change the export or the model", "jetdoctor explain " + " ".join(rules), _causes(result)))
    elif result.verdict == "unknown":
        steps.append(Step("Build it and see", "", ("nothing is known about this target's TensorRT",)))
    steps.append(_build(result, path))
    verify = "jetdoctor verify %s --ssh USER@HOST" % shlex.quote(path)
    steps.append(Step("Prove it on the board", verify, ("outputs are compared with ONNX Runtime",)))
    steps.append(Step("When an engine does not build", "", tuple(_fallbacks(result.target))))
    return steps


def _causes(result: Result) -> Tuple[str, ...]:
    errors = [f for f in result.findings if f.severity == "error"]
    return tuple("%s: %s" % (f.rule, f.fix.title if f.fix else f.message) for f in errors)


def _build(result: Result, path: str) -> Step:
    """trtexec's command line: FP16 where the GPU is fast at it, workspace by the memory of the board."""
    from jetdoctor.cli.prove import usual_shapes
    from jetdoctor.verify import trtexec_flags
    from jetdoctor.verify.job import workspace_for

    target, version = result.target, result.target.tensorrt_version
    title = "Build the engine, on the board itself (an engine fits only the GPU and TensorRT that built it)"
    if version < OLDEST:
        return Step(title, "", ("the options of this release's trtexec are not known here: see its --help",))
    precision = "fp16" if not target.module or "yes" in target.module.precision["fp16"] else "fp32"
    shapes = usual_shapes(result.model.path)
    name = os.path.basename(path)  # the command is typed on the board, beside the model
    engine = os.path.splitext(name)[0] + ".engine"
    try:
        flags = trtexec_flags.build(version, name, engine, precision, workspace_for(target), shapes)
    except JetdoctorError as error:
        return Step(title, "", (str(error),))
    remarks = ["copy %s there first" % name, "compare it with --precision fp32 first when outputs matter"]
    remarks += ["put your own sizes into the three shapes options"] if shapes else []
    return Step(title, " ".join(map(shlex.quote, [TRTEXEC] + flags)), tuple(remarks))


def _fallbacks(target: Target) -> List[str]:
    """ONNX Runtime on the GPU, then PyTorch: the wheels that exist for that JetPack."""
    from jetdoctor.target import releases

    row = next((r for r in releases() if r["jetpack"] == target.jetpack), {})
    wheels = row.get("wheels") or {}
    runtime, torch = wheels.get("onnxruntime_gpu"), wheels.get("torch")
    return [
        "1. ONNX Runtime with CUDA: " + (", ".join(runtime) if runtime else "no wheel known for this JetPack"),
        "2. PyTorch: " + (", ".join(torch) if torch else "no wheel known for this JetPack"),
    ]


def _document(result: Result, steps: Sequence[Step]) -> str:
    from jetdoctor.report.document import dumps, head

    rows = [{"title": s.title, "command": s.command or None, "remarks": list(s.remarks)} for s in steps]
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
        if step.command:
            writer.line("   " + writer.paint(clean(step.command), "cyan"))
        for remark in step.remarks:
            writer.wrapped("", remark, indent=3)
    return writer.text()
