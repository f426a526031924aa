"""Turn a build log of trtexec, TensorRT or PyTorch, or one pasted error line, into a diagnosis and a fix.

LOG is a file, - for standard input, or the error line itself in quotes. Exit code: 0 diagnosed, 1 nothing
recognised, 2 the file cannot be read.
"""

from __future__ import annotations

import codecs
import os
import re
import sys
from typing import Any, BinaryIO, Iterator

from jetdoctor.cli import output, parser, where
from jetdoctor.types import UsageError

EXAMPLES = """\
  trtexec --onnx=model.onnx 2>&1 | jetdoctor triage -
  jetdoctor triage build.log -t jetpack-5.0.2
  jetdoctor triage "reshape changes volume. Reshaping [1,1,1,1] to [1,1280]"
"""

PIECE = 1 << 20  # bytes read at once


def configure(options: parser.Parser, command: str) -> None:
    options.add_argument("log", nargs="?", metavar="LOG", help='a file, - for stdin, or "the line"')
    parser.add_targets(options)
    parser.add_output(options, ("text", "json"))


def run(arguments: Any) -> int:
    from jetdoctor import triage as room
    from jetdoctor.report import diagnoses

    output.require_writable(arguments.output, [arguments.log] if arguments.log else [])
    targets = where.named(arguments.targets or ())
    if len(targets) > 1:
        raise UsageError("triage reads a log of one build: give one --target, not %d" % len(targets))
    found = room.triage(_pieces(arguments.log), targets[0] if targets else None)
    if arguments.format == "json":
        output.emit(lambda width, color: diagnoses.document(found), arguments.output)
    else:
        output.emit(lambda width, color: diagnoses.text(found, width, color), arguments.output)
    return 0 if found else 1


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
