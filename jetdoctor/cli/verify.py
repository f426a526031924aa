"""Build an ONNX model with a real compiler, run it, and compare its outputs with ONNX Runtime.

The strongest backend that runs here is taken: TensorRT in Python, trtexec (also over --ssh), TensorRT-RTX
(compiles on a CPU, for another GPU), ONNX Runtime (compares two models). Each works in a child process with
limits. Exit code: 0 compared and equal, 1 refused or different, 2 bad usage, 3 nothing could run.
"""

from __future__ import annotations

from typing import Any, List, Optional, Sequence, Tuple

from jetdoctor.cli import config, output, parser, where
from jetdoctor.types import Target, UsageError

EXAMPLES = """\
  jetdoctor verify fixed.onnx --reference model.onnx
  jetdoctor verify model.onnx --ssh nano@192.168.1.20 --precision fp16
  jetdoctor verify model.onnx --shapes tokens=1x16:1x128:8x128
"""

BACKENDS = ("auto", "tensorrt", "trtexec", "tensorrt-rtx", "rehearsal", "onnxruntime")
PRECISIONS = ("fp32", "fp16", "bf16", "int8")
MIB = 1 << 20


def configure(options: parser.Parser, command: str) -> None:
    options.add_argument("model", metavar="MODEL", help="ONNX file")
    options.add_argument("--reference", metavar="FILE", help="the original to compare with")
    options.add_argument("--backend", choices=BACKENDS, default="auto", metavar="B", help=", ".join(BACKENDS))
    options.add_argument("--ssh", metavar="USER@HOST", help="build and run there, with trtexec")
    parser.add_targets(options)
    options.add_argument("--precision", choices=PRECISIONS, default="fp32", metavar="P", help=", ".join(PRECISIONS))
    options.add_argument("--shapes", action="append", metavar="NAME=S", help="a shape, or min:opt:max of one")
    for side in ("min", "opt", "max"):
        options.add_argument("--%sShapes" % side, metavar="SPEC", help="as trtexec takes it: images:1x3x640x640")
    options.add_argument("--inputs", metavar="FILE", help="inputs (.npz) beside generated ones")
    options.add_argument("--save-engine", metavar="FILE", help="keep the engine that was built")
    options.add_argument("--workspace", type=int, metavar="MIB", help="scratch memory of the builder")
    options.add_argument("--calibration", metavar="FILE", help="calibration cache for int8")
    options.add_argument("--keep-fp32", action="append", metavar="NODES", help="nodes that stay in fp32")
    options.add_argument("--timing-cache", metavar="FILE", help="reuse what the builder measured before")
    options.add_argument("--max-latency", type=float, metavar="MS", help="fail when p99 is above it")
    options.add_argument("--trtexec", metavar="PATH", help="where trtexec is")
    options.add_argument("--time-limit", type=float, default=1800.0, metavar="SECONDS", help="of each step (1800)")
    options.add_argument("--format", choices=("text", "json"), default="text", metavar="F", help="text, json")
    options.add_argument("-o", "--output", metavar="FILE", help="write the report there")


def run(arguments: Any) -> int:
    from jetdoctor import verify
    from jetdoctor.report import evidence

    output.require_folder(arguments.output)
    output.require_folder(arguments.save_engine)
    job = _job(arguments)
    found = verify.verify(job, arguments.backend)
    form = evidence.document if arguments.format == "json" else evidence.text
    output.emit(lambda width, color: form(job.model, job.target, found, width, color), arguments.output)
    return verify.exit_code(found)


def _job(arguments: Any) -> Any:
    from jetdoctor import model
    from jetdoctor.verify import profiles

    if arguments.reference:
        model.load(arguments.reference)  # a file that cannot be read says so in one line
    return make_job(
        arguments.model,
        _target(arguments),
        profiles.parse(arguments.shapes or (), arguments.minShapes, arguments.optShapes, arguments.maxShapes),
        arguments.inputs,
        profiled=arguments.backend != "onnxruntime",
        reference=arguments.reference,
        precision=arguments.precision,
        workspace=arguments.workspace * MIB if arguments.workspace else None,
        time_limit=arguments.time_limit,
        ssh=arguments.ssh,
        save_engine=arguments.save_engine,
        trtexec=arguments.trtexec,
        timing_cache=arguments.timing_cache,
        calibration=arguments.calibration,
        max_latency_ms=arguments.max_latency,
        keep_fp32=tuple(parser.split_ids(arguments.keep_fp32)),
    )


def make_job(
    path: str,
    target: Optional[Target],
    wanted: Sequence[Any] = (),
    given: Optional[str] = None,
    profiled: bool = True,
    **options: Any,
) -> Any:
    """What is to be verified, with its inputs, for ``wanted`` profiles.

    ``profiled`` says that the backend needs one for every dynamic input.
    """
    from jetdoctor import model
    from jetdoctor.verify import profiles
    from jetdoctor.verify.job import Job

    view = model.load(path)
    # ONNX Runtime needs no profile: it takes whatever sizes the inputs have.
    asked = profiles.complete(view, wanted) if wanted or profiled else []
    runs = tuple(_runs(view, asked, given))
    return Job(path, view, target=target, profiles=tuple(asked), runs=runs, **options)


def _target(arguments: Any) -> Optional[Target]:
    """The one target; a build is for one board."""
    settings = config.load()
    plugins = parser.split_ids(arguments.plugins) + list(settings.plugins)
    targets = where.named(arguments.targets or (), plugins)
    if len(targets) > 1:
        raise UsageError("verify builds for one target: give one --target, not %d" % len(targets))
    return targets[0] if targets else where.of_jetson()


def _runs(view: Any, asked: Any, path: Optional[str]) -> List[Tuple[str, Any]]:
    """Named sets of inputs: the user's, then generated ones at every size that the profiles span."""
    from jetdoctor.verify import inputs, profiles

    given = [(path, _given(path))] if path else []
    if asked:
        sizes = profiles.sizes(asked)
        return given + [
            ("%s, shapes %d" % (case.name, n), inputs.feeds(view, case.seed, case.case, None, shapes))
            for n, shapes in enumerate(sizes, 1)
            for case in inputs.cases(view, count=1)
            if not case.dims
        ]
    return given + [(case.name, case.feeds(view)) for case in inputs.cases(view)]


def _given(path: str) -> Any:
    import numpy

    try:
        with numpy.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise UsageError("cannot read the inputs %s: %s (write them with numpy.savez)" % (path, error)) from None
