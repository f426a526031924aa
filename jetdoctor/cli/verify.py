"""Build an ONNX model with a real compiler, run it, and compare its outputs with ONNX Runtime.

The strongest backend available is used: TensorRT in Python, trtexec (also over --ssh), TensorRT-RTX
(compiles on a CPU, for another GPU), ONNX Runtime (compares two models). Each runs in a child process with
limits of time and memory. Exit code: 0 compared and equal, or compiled (then it says that nothing was compared),
1 refused or different, 2 bad usage, 3 no backend could run.
"""

from __future__ import annotations

import os
import shlex
from functools import partial
from typing import Any, Optional, Sequence

from jetdoctor.api import where
from jetdoctor.child import limits
from jetdoctor.cli import output, parser
from jetdoctor.policy import config
from jetdoctor.report import FORMATS
from jetdoctor.types import Evidence, JetdoctorError, Target, UsageError
from jetdoctor.verify.backends import MODULES

EXAMPLES = """\
  jetdoctor verify fixed.onnx --reference model.onnx
  jetdoctor verify model.onnx --ssh nano@192.168.1.20 --precision fp16
  jetdoctor verify model.onnx --as-parsed jetpack-5.0.2
  jetdoctor verify model.onnx --shapes tokens=1x16:1x128:8x128
"""

BACKENDS = ("auto", *MODULES)
PRECISIONS = ("fp32", "fp16", "bf16", "int8")
CALIBRATORS = ("entropy", "minmax")
MIB = 1 << 20


def configure(options: parser.Parser, command: str) -> None:
    options.add_argument("model", metavar="MODEL", help="ONNX file (- for standard input), or an engine to check")
    options.add_argument("--reference", metavar="FILE", help="the original to compare with")
    options.add_argument(
        "--backend", type=str.lower, choices=BACKENDS, default="auto", metavar="B", help=", ".join(BACKENDS)
    )
    options.add_argument("--as-parsed", metavar="T", help="build nothing: run the model as the parser of T reads it")
    options.add_argument("--ssh", type=parser.host, metavar="USER@HOST", help="build and run there, with trtexec")
    parser.add_targets(options)
    options.add_argument(
        "--precision", type=str.lower, choices=PRECISIONS, default="fp32", metavar="P", help=", ".join(PRECISIONS)
    )
    options.add_argument("--shapes", action="append", metavar="NAME=S", help="a shape, or min:opt:max of one")
    for side in ("min", "opt", "max"):
        options.add_argument("--%sShapes" % side, metavar="SPEC", help="as in trtexec: images:1x3x640x640")
    options.add_argument("--inputs", metavar="FILE", help="more inputs: .npz, .npy, images")
    options.add_argument("--save-engine", metavar="FILE", help="save the engine")
    options.add_argument("--workspace", type=int, metavar="MIB", help="the builder's workspace")
    options.add_argument(
        "--calibration", "--calib", metavar="FILE", help="for INT8: real inputs (.npz, a folder, images), or a cache"
    )
    options.add_argument("--calibrator", choices=CALIBRATORS, default="entropy", metavar="C", help="entropy, minmax")
    options.add_argument("--keep-fp32", action="append", metavar="NODES", help="nodes to keep in FP32")
    options.add_argument("--timing-cache", metavar="FILE", help="reuse the builder's timings")
    options.add_argument("--max-latency-ms", type=float, metavar="MS", help="fail if p99 latency is above this")
    options.add_argument("--trtexec", metavar="PATH", help="the path of trtexec")
    options.add_argument("--provider", action="append", metavar="P", help="ONNX Runtime execution provider")
    options.add_argument("--no-bisect", action="store_true", help="do not search for the first diverging layer")
    options.add_argument("--memory-limit", type=int, metavar="MIB", help="per step (default: half of the free memory)")
    options.add_argument("--time-limit", type=float, default=1800.0, metavar="SECONDS", help="per step (default: 1800)")
    parser.add_output(options, FORMATS)


def run(arguments: Any) -> int:
    from jetdoctor.report import evidence, gate, markdown_of
    from jetdoctor.report import render as render_report
    from jetdoctor.verify import exit_code

    output.require_writable(arguments.output, [arguments.model])
    output.require_writable(arguments.save_engine, [arguments.model])
    if arguments.as_parsed:
        from jetdoctor.cli import as_parsed

        return as_parsed.run(arguments)
    target = _target(arguments)
    found = _evidence(arguments, target)
    if arguments.format in parser.PAGES:
        form = evidence.text if arguments.format == "text" else evidence.document
        render = partial(form, arguments.model, target, found, assumed=_assumed(arguments))
        output.emit_as(arguments.format, "verify", render, arguments.output)
    elif arguments.format == "markdown":
        output.emit(lambda width, color: markdown_of.verify(arguments.model, target, found), arguments.output)
    else:
        report = gate.of_verify(arguments.model, target, found)
        output.emit(partial(render_report, report, arguments.format), arguments.output)
    return exit_code(found)


def _assumed(arguments: Any) -> str:
    """The shapes that were built with and that nobody gave, as options; "" for a model without open sizes."""
    from jetdoctor import model
    from jetdoctor.verify import engine_file, profiles

    given = arguments.shapes or arguments.minShapes or arguments.optShapes or arguments.maxShapes
    if given or arguments.backend in ("onnxruntime", "rehearsal") or engine_file.is_engine(arguments.model):
        return ""
    return " ".join(map(shlex.quote, profiles.options(model.load(arguments.model).profile)))


def _device(arguments: Any) -> Any:
    """The board whose clocks and power mode stand beside a latency, None when nothing tells them."""
    from jetdoctor.device import inspect_local, over_ssh

    if not arguments.ssh:
        return inspect_local() if where.of_jetson() else None
    (found,) = over_ssh(arguments.ssh)
    return None if isinstance(found, JetdoctorError) else found


def _evidence(arguments: Any, target: Optional[Target]) -> Sequence[Evidence]:
    from jetdoctor import api
    from jetdoctor.model import file_of
    from jetdoctor.verify import profiles

    if arguments.calibration and not os.path.exists(arguments.calibration):
        raise UsageError("no calibration data at %s" % arguments.calibration)
    return api.verify(
        file_of(arguments.model),
        arguments.reference,
        target,
        arguments.backend,
        profiles.parse(arguments.shapes or (), arguments.minShapes, arguments.optShapes, arguments.maxShapes),
        arguments.inputs,
        precision=arguments.precision,
        workspace=arguments.workspace * MIB if arguments.workspace else None,
        time_limit=arguments.time_limit,
        ssh=arguments.ssh,
        save_engine=arguments.save_engine,
        trtexec=arguments.trtexec,
        timing_cache=arguments.timing_cache,
        calibration=arguments.calibration,
        calibrator=arguments.calibrator,
        max_latency_ms=arguments.max_latency_ms,
        providers=tuple(arguments.provider or ()),
        bisect=not arguments.no_bisect,
        memory_limit=arguments.memory_limit * MIB if arguments.memory_limit else limits.memory_limit(),
        extra={"device": _device(arguments)},
        keep_fp32=tuple(parser.split_ids(arguments.keep_fp32)),
    )


def _target(arguments: Any) -> Optional[Target]:
    """The one target; a build is for one board."""
    settings = config.load()
    plugins = parser.split_ids(arguments.plugins) + list(settings.plugins)
    targets = where.named(arguments.targets or (), plugins)
    if len(targets) > 1:
        text = "verify builds for one target, not %d: name one, such as --target %s"
        raise UsageError(text % (len(targets), targets[-1].name))
    return targets[0] if targets else where.of_jetson()
