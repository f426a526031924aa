"""Show what an ONNX model contains: inputs, outputs, exporter, operators, parameters, size.

Nothing is run or judged.
"""

from __future__ import annotations

from typing import Any

from jetdoctor.cli import output, parser

EXAMPLES = """\
  jetdoctor inspect model.onnx
  jetdoctor inspect model.onnx --format json -o model.json
"""


def configure(options: parser.Parser, command: str) -> None:
    options.add_argument("model", metavar="MODEL", help="ONNX file, - for standard input")
    parser.add_output(options, ("text", "json"))


def run(arguments: Any) -> int:
    from jetdoctor import api
    from jetdoctor.report import anatomy

    output.require_writable(arguments.output, [arguments.model])
    facts = api.inspect(arguments.model)
    if arguments.format == "json":
        output.emit(lambda width, color: anatomy.document(facts), arguments.output)
    else:
        output.emit(lambda width, color: anatomy.text(facts, width, color), arguments.output)
    return 0
