"""The rules, one line each; with `explain` the page of one: what it detects, why it fails, the fix."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Sequence

from jetdoctor.cli import output, parser, selection

EXAMPLES = """\
  jetdoctor rules
  jetdoctor rules JD2xx
  jetdoctor explain JD204
  jetdoctor explain reduce-axes-ignored
"""


#: Lines of a log that the page of a rule shows; --format json has all.
LOG_LINES = 8


def configure(options: parser.Parser, command: str) -> None:
    many = "*" if command == "rules" else "+"
    options.add_argument("ids", nargs=many, metavar="ID", help="JD204, a family (JD2xx) or a rule's name")
    options.add_argument("--format", choices=("text", "json"), default="text", metavar="F", help="text, json")
    options.set_defaults(pages=command == "explain")


def run(arguments: Any) -> int:
    from jetdoctor.check import catalog

    output.warn_of_broken_rules()
    known = catalog().rules
    wanted = selection.rule_ids(parser.split_ids(arguments.ids)) if arguments.ids else list(known)
    chosen = [known[rule_id] for rule_id in dict.fromkeys(wanted)]
    if arguments.format == "json":
        print(json.dumps({"schema_version": "1", "rules": [_document(entry) for entry in chosen]}, indent=2))
    elif arguments.pages:
        output.emit(lambda width, color: "\n".join(_page(entry, width, color) for entry in chosen))
    else:
        output.emit(lambda width, color: _list(chosen, width, color))
    return 0


def _title(entry: Any) -> str:
    return (entry.page.splitlines() or [entry.rule.name])[0]


def _document(entry: Any) -> Dict[str, Any]:
    rule = entry.rule
    return {
        "id": rule.id,
        "name": rule.name,
        "title": _title(entry),
        "category": entry.category,
        "severity": rule.severity,
        "outcome": rule.outcome,
        "tensorrt": rule.tensorrt,
        "preview": rule.preview or not rule.sources,
        "sources": list(rule.sources),
        "page": entry.page,
        "log_lines": list(_log_lines(rule.id)),
    }


def _log_lines(rule_id: str) -> Sequence[str]:
    """What a log shows when the rule's fault happens, in the words of `triage`."""
    from jetdoctor.triage import lines_of

    return lines_of(rule_id)


def _list(chosen: List[Any], width: int, color: bool) -> str:
    from jetdoctor.report.style import SEVERITY_COLOR, Writer, plural

    writer, category = Writer(width, color), ""
    for entry in chosen:
        if entry.category != category:
            if writer.lines:
                writer.line()
            category = entry.category
            writer.line(writer.paint(category, "bold"))
        severity = writer.paint(entry.rule.severity.ljust(7), SEVERITY_COLOR[entry.rule.severity])
        preview = " (preview)" if entry.rule.preview else ""
        writer.line("  %s %s %s%s" % (entry.rule.id, severity, _title(entry), preview))
    writer.line()
    writer.line("%s; `jetdoctor explain ID` prints the page of one" % plural(len(chosen), "rule"))
    return writer.text()


def _page(entry: Any, width: int, color: bool) -> str:
    """The docstring, which is Markdown with ## headings, between the metadata and the sources."""
    from jetdoctor.report.style import SEVERITY_COLOR, Writer
    from jetdoctor.report.words import OUTCOME

    writer, rule = Writer(width, color), entry.rule
    writer.line(writer.paint("%s %s" % (rule.id, rule.name), "bold"))
    severity = writer.paint(rule.severity, SEVERITY_COLOR[rule.severity])
    releases = "TensorRT %s" % rule.tensorrt if rule.tensorrt else "releases as its facts say"
    writer.line(
        "%s, %s; %s%s" % (severity, OUTCOME[rule.outcome], releases, "; preview" if rule.preview else "")
    )
    for line in entry.page.splitlines():
        if line.startswith("## "):
            writer.line(writer.paint(line[3:], "bold"))
        else:
            writer.line(line)
    lines = _log_lines(rule.id)
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
