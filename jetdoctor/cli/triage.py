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
import shlex
import stat
import sys
from functools import partial
from typing import Any, BinaryIO, Iterator, Optional

from jetdoctor.api import where
from jetdoctor.cli import output, parser
from jetdoctor.types import Device, UsageError

EXAMPLES = """\
  trtexec --onnx=model.onnx 2>&1 | jetdoctor triage -
  jetdoctor triage build.log -t jetpack-5.0.2 --model model.onnx
  jetdoctor triage import-error.txt --device board.json
  jetdoctor triage "reshape changes volume. Reshaping [1,1,1,1] to [1,1280]"
"""

PIECE = 1 << 20  # bytes read at once

#: Endings of models and engines, whose bytes would be read as a log by mistake.
MODELS = (".onnx", ".engine", ".plan", ".trt", ".pt", ".pth", ".tflite")

#: What is meant as a file and not as a line of a log.
_FILE_NAME = r"[^\s:]*((\.log|\.txt|\.out|\.err|%s)|/[^\s/]*)" % "|".join(map(re.escape, MODELS))


def configure(options: parser.Parser, command: str) -> None:
    options.add_argument("log", nargs="?", metavar="LOG", help='a file, - for stdin, or "the line"')
    parser.add_targets(options)
    options.add_argument("--model", metavar="MODEL", help="the log's ONNX model, to confirm or refute the diagnosis")
    options.add_argument("--device", metavar="FILE", help="snapshot or capture of the board (device --save, --root)")
    parser.add_output(options, parser.PAGES)


def run(arguments: Any) -> int:
    from jetdoctor import api
    from jetdoctor.report import diagnoses

    output.require_writable(arguments.output, [arguments.log] if arguments.log else [])
    targets = where.named(arguments.targets or ())
    if len(targets) > 1:
        raise UsageError("triage reads a log of one build: give one --target, not %d" % len(targets))
    device = _snapshot(arguments.device)
    found = api.triage(_pieces(arguments.log), targets[0] if targets else None, arguments.model, device)
    form = diagnoses.text if arguments.format == "text" else diagnoses.document
    output.emit_as(arguments.format, "triage", partial(form, found), arguments.output)
    return 0 if found.diagnoses or found.outcome == "succeeded" else 1


def _snapshot(path: Optional[str]) -> Optional[Device]:
    if not path:
        return None
    from jetdoctor.device import from_snapshot

    return from_snapshot(path)


def _pieces(log: Any) -> Any:
    """The log's text, piece by piece when it is long."""
    if log == "-" or log is None and not sys.stdin.isatty():
        stdin: Any = sys.stdin
        return _decoded(getattr(stdin, "buffer", stdin))
    if log is None:
        raise UsageError('nothing to triage: give a log file, - for standard input, or "the error line" in quotes')
    if os.path.isdir(log):
        raise UsageError("%s is a folder: give the log file in it" % log)
    if os.path.exists(log):
        if log.endswith(MODELS):
            raise UsageError("%s is a model, not a log: jetdoctor check %s" % (log, shlex.quote(log)))
        return _file(log)
    if re.fullmatch(_FILE_NAME, log):
        _require_present(log)
    return log


def _require_present(path: str) -> None:
    """UsageError, with the reason, for what is spelled like a file and is none."""
    try:
        os.stat(path)
    except FileNotFoundError:
        raise UsageError("%s does not exist" % path) from None
    except OSError as error:
        raise _unread(path, error) from None


def _unread(path: str, error: OSError) -> UsageError:
    return UsageError("cannot read %s: %s" % (path, (error.strerror or str(error)).lower()))


def _file(path: str) -> Iterator[str]:
    """Pieces of a file, read as they are asked for: a log may be larger than memory."""
    try:
        with open(path, "rb") as stream:
            yield from _decoded(stream)
    except OSError as error:
        raise _unread(path, error) from None


def _is_endless(stream: BinaryIO) -> bool:
    """Whether a stream is a device such as /dev/zero: neither a terminal, where somebody types, nor /dev/null."""
    try:
        found, terminal = os.fstat(stream.fileno()), stream.isatty()
    except (OSError, AttributeError):  # a test's StringIO has no number
        return False
    return stat.S_ISCHR(found.st_mode) and not terminal and found.st_rdev != os.stat(os.devnull).st_rdev


def _decoded(stream: BinaryIO) -> Iterator[str]:
    """Text of a log in UTF-8 or, as PowerShell writes it, UTF-16; what is neither is replaced."""
    if _is_endless(stream):
        raise UsageError("the log is a device, which has no end: give a file")
    first = stream.read(PIECE)
    if isinstance(first, str):  # a test's StringIO
        yield first
        return
    wide = first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8")("replace")
    while first:
        yield decoder.decode(first)
        first = stream.read(PIECE)
