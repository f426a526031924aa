"""The rules, one line each; with `explain` the page of one: what it detects, why it fails, the fix."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Sequence

from jetdoctor.cli import output, parser

if TYPE_CHECKING:
    from jetdoctor.api.pages import Page

EXAMPLES = """\
  jetdoctor rules
  jetdoctor rules JD2xx
  jetdoctor explain JD204
  jetdoctor explain reduce-axes-ignored
  jetdoctor rules --rules our-rules    with your own: docs/own-rules.md
"""


#: Lines of a log that the page of a rule shows; --format json has all.
LOG_LINES = 8


def configure(options: parser.Parser, command: str) -> None:
    many = "*" if command == "rules" else "+"
    options.add_argument("ids", nargs=many, metavar="ID", help="JD204, a family (JD2xx) or a rule's name")
    options.add_argument(
        "--format", type=str.lower, choices=("text", "json"), default="text", metavar="F", help="text, json"
    )
    parser.add_rules(options)
    options.set_defaults(pages=command == "explain")


def run(arguments: Any) -> int:
    from jetdoctor.api.pages import pages

    output.warn_of_broken_rules()
    chosen = pages(parser.split_ids(arguments.ids))
    if arguments.format == "json":
        print(json.dumps({"schema_version": "1", "rules": [page.to_json() for page in chosen]}, indent=2))
    elif arguments.pages:
        output.emit(lambda width, color: "\n".join(_page(page, width, color) for page in chosen))
    else:
        output.emit(lambda width, color: _list(chosen, width, color))
    return 0


def _list(chosen: Sequence[Page], width: int, color: bool) -> str:
    from jetdoctor.report.style import SEVERITY_COLOR, Writer, plural

    writer, category = Writer(width, color), ""
    for page in chosen:
        if page.category != category:
            if writer.lines:
                writer.line()
            category = page.category
            writer.line(writer.paint(category, "bold"))
        severity = writer.paint(page.severity.ljust(7), SEVERITY_COLOR[page.severity])
        preview = " (preview)" if page.preview else ""
        writer.line("  %s %s %s%s" % (page.id, severity, page.title, preview))
    writer.line()
    writer.line("%s; `jetdoctor explain ID` prints the page of one" % plural(len(chosen), "rule"))
    return writer.text()


def _page(rule: Page, width: int, color: bool) -> str:
    """The docstring, which is Markdown with ## headings, between the metadata and the sources."""
    from jetdoctor.report.style import SEVERITY_COLOR, Writer
    from jetdoctor.report.words import OUTCOME

    writer = Writer(width, color)
    writer.line(writer.paint("%s %s" % (rule.id, rule.name), "bold"))
    severity = writer.paint(rule.severity, SEVERITY_COLOR[rule.severity])
    releases = "; TensorRT %s" % rule.tensorrt if rule.tensorrt else ""
    writer.line("%s, %s%s%s" % (severity, OUTCOME[rule.outcome], releases, "; preview" if rule.preview else ""))
    for line in rule.page.splitlines():
        if line.startswith("## "):
            writer.line(writer.paint(line[3:], "bold"))
        else:
            writer.line(line)
    lines = rule.log_lines
    if lines:
        writer.line()
        writer.line(writer.paint("In a log", "bold"))
        for line in lines[:LOG_LINES]:
            writer.wrapped("- ", line, indent=0)
        if len(lines) > LOG_LINES:
            writer.line("  and %d more (--format json)" % (len(lines) - LOG_LINES))
    if rule.sources:
        writer.line()
        writer.line(writer.paint("Sources", "bold"))
        for source in rule.sources:
            writer.wrapped("- ", source, indent=0)
    return writer.text()
