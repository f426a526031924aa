"""What each TensorRT release's ONNX parser does with an operator: imports it, refuses forms of it, misreads it.

The ranges are TensorRT versions, up to and without the second. Facts were read from the parser's source.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Sequence

from jetdoctor.cli import output, parser, where
from jetdoctor.cli.commands import did_you_mean
from jetdoctor.types import Target, UsageError

EXAMPLES = """\
  jetdoctor ops                        every operator and the releases that import it
  jetdoctor ops Reshape
  jetdoctor ops TopK -t jetpack-5.0.2
"""

PARTS = ("operators", "semantics", "restrictions")


def configure(options: parser.Parser, command: str) -> None:
    options.add_argument("ops", nargs="*", metavar="OP", help="ONNX operator, such as Reshape")
    parser.add_targets(options)
    options.add_argument("--format", choices=("text", "json"), default="text", metavar="F", help="text, json")


def run(arguments: Any) -> int:
    from jetdoctor.knowledge import knowledge

    known = knowledge()
    targets = [t for t in where.named(arguments.targets or ()) if t.tensorrt]
    names = [_spelled(op, known) for op in parser.split_ids(arguments.ops)]
    facts = {name: _facts(name, known, targets) for name in names or sorted(known.operators)}
    if arguments.format == "json":
        print(json.dumps({"schema_version": "1", "operators": facts}, indent=2))
    elif names:
        output.emit(lambda width, color: "\n".join(_page(n, facts[n], targets, width, color) for n in names))
    else:
        output.emit(lambda width, color: _list(facts, targets, width, color))
    return 0


def _spelled(name: str, known: Any) -> str:
    """The operator as ONNX spells it."""
    operators = sorted(set(known.operators) | set(known.semantics))
    found = [op for op in operators if op.lower() == name.lower()]
    if not found:
        raise UsageError("no facts about operator %r: %s" % (name, did_you_mean(name, operators, "jetdoctor ops")))
    return found[0]


def _facts(name: str, known: Any, targets: Sequence[Target]) -> Dict[str, List[Dict[str, Any]]]:
    """Rows of each kind about an operator, for the targets or for every release."""
    versions = [target.tensorrt_version for target in targets]
    found = {}
    for part in PARTS:
        facts = getattr(known, part).get(name, ())
        found[part] = [f.row for f in facts if not versions or any(v in f.range for v in versions)]
    return found


def span(row: Dict[str, Any]) -> str:
    """``8.0 to <9.0``, ``10.0 and later``."""
    since, before = row.get("since") or "7.1", row.get("before")
    return "%s to <%s" % (since, before) if before else "%s and later" % since


def _imported(rows: Sequence[Dict[str, Any]]) -> str:
    """Ranges with an importer, neighbours joined."""
    joined: List[Dict[str, Any]] = []
    for row in rows:
        if row["importer"] and joined and joined[-1].get("before") == row["since"]:
            joined[-1] = dict(joined[-1], before=row.get("before"))
        elif row["importer"]:
            joined.append(row)
    return ", ".join(span(row) for row in joined) or "no release"


def _list(facts: Dict[str, Any], targets: Sequence[Target], width: int, color: bool) -> str:
    from jetdoctor.report.style import Writer

    writer = Writer(width, color)
    writer.line(writer.paint("%-26s %-16s %s" % ("operator", "imported by", "known traps"), "bold"))
    for name, parts in facts.items():
        if parts["operators"]:
            traps = sum(row["status"] == "wrong-output" for row in parts["semantics"])
            refused = len(parts["restrictions"])
            remarks = ["%d refused" % refused] * bool(refused) + ["%d misread" % traps] * bool(traps)
            writer.line("%-26s %-16s %s" % (name, _imported(parts["operators"]), ", ".join(remarks)))
    return writer.text()


def _page(name: str, parts: Dict[str, Any], targets: Sequence[Target], width: int, color: bool) -> str:
    from jetdoctor.report.style import Writer

    writer = Writer(width, color)
    title = " on " + ", ".join(t.name for t in targets) if targets else ""
    writer.line(writer.paint(name + title, "bold"))
    _importers(writer, parts["operators"], bool(targets))
    _section(writer, "Misread", [r for r in parts["semantics"] if r["status"] == "wrong-output"], "what", "red")
    refused = [r for r in parts["semantics"] if r["status"] == "rejected"]
    _section(writer, "Refused by form", refused, "what", "yellow")
    _section(writer, "Refused by the parser", parts["restrictions"], "message", "yellow")
    return writer.text()


def _importers(writer: Any, rows: Sequence[Dict[str, Any]], narrowed: bool) -> None:
    if not narrowed:
        writer.wrapped("imported by  ", _imported(rows))
    for row in rows:
        types = ", ".join(row["types"]) or "types not documented"
        verb = "imported" if row["importer"] else "NOT imported"
        writer.wrapped(span(row).ljust(18), "%s; %s" % (verb, types))
        writer.wrapped(" " * 18, row["source"], "dim")


def _section(writer: Any, title: str, rows: Sequence[Dict[str, Any]], key: str, color: str) -> None:
    if not rows:
        return
    writer.line()
    writer.line(writer.paint(title, color, "bold"))
    for row in rows:
        rule = " -> jetdoctor explain %s" % row["rule"] if row.get("rule") else ""
        text = row.get(key) or row.get("note") or row.get("change") or ""
        writer.wrapped(span(row).ljust(18), "%s%s" % (text, rule))
        writer.wrapped(" " * 18, "%s [%s]" % (row["source"], row.get("basis", "read")), "dim")
