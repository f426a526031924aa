"""Turn a log, or one pasted error line, into a diagnosis and a remedy.

It reads logs of trtexec, TensorRT, ONNX Runtime, ultralytics, Polygraphy, DeepStream, Triton, Isaac ROS, PyTorch,
pip, apt, docker and the kernel. LOG is a file, - for standard input, or the error line itself in quotes; --model and
--device confirm or refute what it finds. Exit code: 0 diagnosed, or the log shows that nothing failed; 1 nothing
recognized; 2 a file cannot be read.
"""

from __future__ import annotations

import codecs
import os
import re
import sys
from typing import Any, BinaryIO, Iterator, Optional, Sequence

from jetdoctor.cli import output, parser, where
from jetdoctor.types import Device, Finding, Target, UsageError

EXAMPLES = """\
  trtexec --onnx=model.onnx 2>&1 | jetdoctor triage -
  jetdoctor triage build.log -t jetpack-5.0.2 --model model.onnx
  jetdoctor triage import-error.txt --device board.json
  jetdoctor triage "reshape changes volume. Reshaping [1,1,1,1] to [1,1280]"
"""

PIECE = 1 << 20  # bytes read at once


def configure(options: parser.Parser, command: str) -> None:
    options.add_argument("log", nargs="?", metavar="LOG", help='a file, - for stdin, or "the line"')
    parser.add_targets(options)
    options.add_argument("--model", metavar="MODEL", help="the ONNX model of the log: is the diagnosis true of it?")
    options.add_argument("--device", metavar="FILE", help="snapshot or capture of the board (device --save, --root)")
    parser.add_output(options, ("text", "json"))


def run(arguments: Any) -> int:
    from jetdoctor import triage as room
    from jetdoctor.report import diagnoses

    output.require_writable(arguments.output, [arguments.log] if arguments.log else [])
    targets = where.named(arguments.targets or ())
    if len(targets) > 1:
        raise UsageError("triage reads a log of one build: give one --target, not %d" % len(targets))
    device = _snapshot(arguments.device)
    target = targets[0] if targets else where.of_device(device) if device else None
    found = room.read(_pieces(arguments.log), target)
    if arguments.model or device:
        found = _weighed(found, arguments.model, device, target)
    render = diagnoses.document if arguments.format == "json" else diagnoses.text
    output.emit(lambda width, color: render(found, width, color), arguments.output)
    return 0 if found.diagnoses or found.outcome == "succeeded" else 1


def _snapshot(path: Optional[str]) -> Optional[Device]:
    if not path:
        return None
    from jetdoctor import device as room

    return room.from_snapshot(path)


def _weighed(found: Any, path: Optional[str], device: Optional[Device], target: Optional[Target]) -> Any:
    """The reading, confirmed or refuted by the findings of the model and the device."""
    from jetdoctor import check
    from jetdoctor.triage import weighed

    findings = _of_model(path, _target_of(found, target)) if path else None
    of_device = check.check_device(device) if device else None
    board = where.of_device(device) if device else None
    return weighed(found, findings, of_device, (board.tensorrt or "") if board else "")


def _target_of(found: Any, target: Optional[Target]) -> Target:
    """The release that the log is of, which counts, or else the one that was named."""
    if found.tensorrt:
        return where.named(["tensorrt-" + found.tensorrt])[0]
    if target is None:
        raise UsageError("--model needs the release, which this log does not tell: add --target jetpack-X")
    return target


def _of_model(path: str, target: Target) -> Sequence[Finding]:
    from jetdoctor import check, model

    try:
        loaded = model.load(path)
    except model.UnreadableModel as error:
        raise UsageError(str(error)) from None
    return [finding for result in check.check(loaded, (target,)) for finding in result.findings]


def _pieces(log: Any) -> Any:
    """The log's text, piece by piece when it is long."""
    if log == "-" or log is None and not sys.stdin.isatty():
        stdin: Any = sys.stdin
        return _decoded(getattr(stdin, "buffer", stdin))
    if log is None:
        raise UsageError('triage what? Give a log file, - for standard input, or "the error line" in quotes')
    if os.path.isdir(log):
        raise UsageError("%s is a folder: give the log file in it" % log)
    if os.path.exists(log):
        return _file(log)
    if re.fullmatch(r"[^\s:]*(\.(log|txt|out|err)|/[^\s/]*)", log):
        raise UsageError("%s does not exist" % log)
    return log


def _file(path: str) -> Iterator[str]:
    """Pieces of a file, read as they are asked for: a log may be larger than memory."""
    try:
        with open(path, "rb") as stream:
            yield from _decoded(stream)
    except OSError as error:
        raise UsageError("cannot read %s: %s" % (path, (error.strerror or str(error)).lower())) from None


def _decoded(stream: BinaryIO) -> Iterator[str]:
    """Text of a log in UTF-8 or, as PowerShell writes it, UTF-16; what is neither is replaced."""
    first = stream.read(PIECE)
    if isinstance(first, str):  # a test's StringIO
        yield first
        return
    wide = first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8")("replace")
    while first:
        yield decoder.decode(first)
        first = stream.read(PIECE)
