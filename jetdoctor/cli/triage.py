"""Turn a build log, or one pasted line of it, into a diagnosis: cause, rule and fix.

Reads trtexec, Polygraphy, ONNX Runtime, Python and installer output of any size; no model is needed.
Exit code: 0 diagnosed, 1 nothing recognised, 2 bad usage or unreadable log.
"""

from __future__ import annotations

import codecs
import os
import sys
from typing import Any, BinaryIO, Iterator, Optional, Sequence

from jetdoctor.cli import output, parser
from jetdoctor.types import Target, UsageError

EXAMPLES = """\
  jetdoctor triage build.log
  trtexec --onnx=model.onnx 2>&1 | jetdoctor triage -
  jetdoctor triage "reshape changes volume. Reshaping [1,1,1,1] to [1,1280]."
  jetdoctor triage build.log --target jetpack-5.0.2 --format json
"""

BLOCK = 1 << 20


def configure(options: parser.Parser, command: str) -> None:
    options.add_argument("log", nargs="*", metavar="LOG", help="a file, - for standard input, or a line of it")
    options.add_argument("-t", "--target", metavar="T", help="JetPack or TensorRT, if the log does not tell")
    parser.add_output(options, ("text", "json"))


def run(arguments: Any) -> int:
    from jetdoctor.triage import triage

    output.require_folder(arguments.output)
    target = _target(arguments.target)
    diagnoses = triage(_read(arguments.log), target)
    if arguments.format == "json":
        output.emit(lambda width, color: _json(diagnoses), arguments.output)
    else:
        output.emit(lambda width, color: _text(diagnoses, width, color), arguments.output)
    return 0 if diagnoses else 1


def _target(name: Optional[str]) -> Optional[Target]:
    if name is None:
        return None
    from jetdoctor import target

    found = target.resolve(name)
    if len({each.tensorrt for each in found}) > 1:
        raise UsageError("%s names several TensorRT releases: triage needs one (or none)" % name)
    return found[0]


def _read(words: Sequence[str]) -> Any:
    """The log: text of a pasted line, or blocks of a file or of standard input."""
    if not words and sys.stdin.isatty():
        raise UsageError("nothing to read: name a log, pipe one in, or paste a line in quotes")
    if not words or list(words) == ["-"]:
        return _blocks(sys.stdin.buffer)
    if len(words) > 1 or not _is_path(words[0]):
        return " ".join(words)
    path = words[0]
    if os.path.isdir(path):
        raise UsageError("%s is a folder: name the log file in it" % path)
    try:
        return _blocks(open(path, "rb"))  # closed by the generator
    except FileNotFoundError:
        raise UsageError("%s does not exist" % path) from None
    except OSError as error:
        raise UsageError("cannot read %s: %s" % (path, (error.strerror or str(error)).lower())) from None


def _is_path(word: str) -> bool:
    """A word without blanks that ends like a file, or anything that exists, is meant as one."""
    looks = os.path.splitext(word)[1] in (".log", ".txt", ".out", ".err") and not any(map(str.isspace, word))
    return looks or (len(word) < 4096 and "\0" not in word and os.path.exists(word))


def _blocks(stream: BinaryIO) -> Iterator[str]:
    """Text of a log of any size; bytes that are no text become replacement characters."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with stream:
        first = stream.read(BLOCK)
        if first[:2] in (b"\xff\xfe", b"\xfe\xff"):  # PowerShell's redirection
            decoder = codecs.getincrementaldecoder("utf-16")("replace")
        while first:
            yield decoder.decode(first)
            first = stream.read(BLOCK)


def _json(diagnoses: Sequence[Any]) -> str:
    from jetdoctor.report.document import dumps, head

    return dumps(dict(head(), diagnoses=[diagnosis.to_json() for diagnosis in diagnoses]))


def _text(diagnoses: Sequence[Any], width: int, color: bool) -> str:
    from jetdoctor.report.style import Writer, clean

    writer = Writer(width, color)
    if not diagnoses:
        writer.line("Nothing recognised in this log.")
        writer.line("Give the lines around the first error, or check the model itself:")
        writer.line("  jetdoctor check MODEL --target ...")
        return "\n".join(writer.lines)
    for number, found in enumerate(diagnoses):
        title = found.category if number == 0 else "also possible: " + found.category
        writer.line(writer.paint(title, "bold") + "  (confidence %s)" % found.confidence)
        writer.wrapped("log    ", "%d: %s" % (found.line_number, _shortened(clean(found.line))))
        where = " ".join(part for part in (found.op_type, found.node_name) if part)
        if where:
            writer.wrapped("node   ", where)
        writer.wrapped("cause  ", found.cause)
        writer.wrapped("fix    ", found.fix)
        if found.rule:
            writer.wrapped("more   ", "jetdoctor explain %s" % found.rule)
        writer.wrapped("source ", found.evidence.partition("source: ")[2], "dim")
        writer.line()
    return "\n".join(writer.lines)


def _shortened(line: str, most: int = 240) -> str:
    return line if len(line) <= most else line[:most] + " ..."
