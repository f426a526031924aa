"""What the parser of each TensorRT release does with an operator: imports it, misreads it, refuses a form of it.

Without an operator: which releases import each operator, or all operators for the targets that are named.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Sequence, Tuple

from jetdoctor.api import where
from jetdoctor.cli import output, parser
from jetdoctor.types import Target, UsageError, Version, VersionRange
from jetdoctor.wording import did_you_mean

EXAMPLES = """\
  jetdoctor ops
  jetdoctor ops ReduceMean
  jetdoctor ops Resize --target jetpack-5.0.2
  jetdoctor ops --target jetpack-6.2
"""

Table = List[Tuple[str, Dict[str, Any]]]


def configure(options: parser.Parser, command: str) -> None:
    options.add_argument("ops", nargs="*", metavar="OP", help="ONNX operator, such as Reshape")
    parser.add_targets(options)
    options.add_argument(
        "--format", type=str.lower, choices=("text", "json"), default="text", metavar="F", help="text, json"
    )


def run(arguments: Any) -> int:
    from jetdoctor.facts import knowledge
    from jetdoctor.facts.support import release_table

    known = knowledge()
    targets = where.named(arguments.targets or ())
    for target in targets:
        if known.basis(target.tensorrt_version) == "unknown":
            raise UsageError("nothing is known about the parser of %s (TensorRT %s)" % (target.name, target.tensorrt))
    names = [_spelled(known, name) for name in parser.split_ids(arguments.ops)]
    tables = [(t, release_table(known, t.tensorrt_version)) for t in targets] if not names else []
    rows = _rows(known, names or (sorted(known.operators) if not targets else []), targets)
    if arguments.format == "json":
        print(json.dumps(_json(rows, tables), indent=2))
    elif names:
        output.emit(lambda width, color: _pages(rows, width, color))
    elif targets:
        output.emit(lambda width, color: _tables(tables, known, width, color))
    else:
        output.emit(lambda width, color: _overview(rows, width, color))
    return 0


def _spelled(known: Any, name: str) -> str:
    exact = {op.lower(): op for op in known.operators}.get(name.lower())
    meant = [op for op in sorted(known.operators) if "".join(filter(str.isupper, op)) == name.upper()]
    if exact is None and meant and len(name) > 1:
        raise UsageError("no facts about the operator %s: did you mean %s?" % (name, " or ".join(meant[:3])))
    if exact is None:
        hint = did_you_mean(name, sorted(known.operators), "jetdoctor ops")
        raise UsageError("no facts about an operator %s: %s" % (name, hint))
    return exact


def _rows(known: Any, names: Sequence[str], targets: Sequence[Target]) -> List[Tuple[str, List[Dict[str, Any]]]]:
    from jetdoctor.facts.support import operator_support

    found = []
    for name in names:
        rows = operator_support(known, name)
        if targets:
            rows = [row for row in rows if any(t.tensorrt_version in row["range"] for t in targets)]
        found.append((name, [dict(row, jetpacks=_jetpacks(row["range"])) for row in rows]))
    return found


def _jetpacks(within: VersionRange) -> List[str]:
    from jetdoctor.target import every_jetpack

    return [t.jetpack for t in every_jetpack() if t.jetpack and t.tensorrt_version in within]


def _json(rows: Any, tables: Sequence[Tuple[Target, Table]]) -> Dict[str, Any]:
    operators = [
        {"op": name, "releases": [dict(row, tensorrt=str(row["range"]), range=None) for row in releases]}
        for name, releases in rows
    ]
    for entry in operators:
        for row in entry["releases"]:
            del row["range"]
    targets = [
        {"target": target.to_json(), "operators": [dict(state, op=name) for name, state in table]}
        for target, table in tables
    ]
    return {"schema_version": "1", "operators": operators, "targets": targets}


def _overview(rows: Any, width: int, color: bool) -> str:
    from jetdoctor.report.style import Writer

    writer = Writer(width, color)
    writer.line(writer.paint("%-26s %-20s %s" % ("operator", "imported by", "forms"), "bold"))
    for name, releases in rows:
        imported = [row for row in releases if row["importer"]]
        span = VersionRange(imported[0]["range"].since, imported[-1]["range"].before) if imported else None
        forms = ["some misread"] * any(row["wrong"] for row in imported)
        forms += ["some refused"] * any(row["refused"] for row in imported)
        forms += ["some fail after the parser"] * any(row["behind"] for row in imported)
        writer.line("%-26s %-20s %s" % (name, _since(span) if span else "no release", ", ".join(forms)))
    return writer.text()


def _tables(tables: Sequence[Tuple[Target, Table]], known: Any, width: int, color: bool) -> str:
    from jetdoctor.report.style import Writer

    writer = Writer(width, color)
    for target, rows in tables:
        title = "%s  TensorRT %s  [%s]" % (target.name, target.tensorrt, known.basis(target.tensorrt_version))
        writer.line(writer.paint(title, "bold"))
        for name, state in rows:
            if state["importer"]:
                forms = ["misread: %d" % len(state["wrong"])] * bool(state["wrong"])
                forms += ["refused: %d" % len(state["refused"])] * bool(state["refused"])
                forms += ["after it: %d" % len(state["behind"])] * bool(state["behind"])
                writer.line("  %-26s %-30s %s" % (name, " ".join(state["types"])[:30], ", ".join(forms)))
        writer.wrapped("no importer: ", ", ".join(name for name, state in rows if not state["importer"]))
    return writer.text()


def _pages(rows: Any, width: int, color: bool) -> str:
    from jetdoctor.report.style import Writer

    writer = Writer(width, color)
    for name, releases in rows:
        writer.line(writer.paint(name, "bold"))
        for row in releases:
            _page_row(writer, row)
    return writer.text()


def _page_row(writer: Any, row: Dict[str, Any]) -> None:
    jetpacks = row["jetpacks"]
    boards = "" if not jetpacks else jetpacks[0] if len(jetpacks) == 1 else "%s to %s" % (jetpacks[0], jetpacks[-1])
    state = "imported" if row["importer"] else "NO IMPORTER"
    writer.line("  %-24s %-12s %s" % ("TensorRT " + _since(row["range"]), state, "JetPack " + boards if boards else ""))
    if row["types"] and row["importer"]:
        writer.wrapped("    types    ", " ".join(row["types"]) + ("; " + row["note"] if row["note"] else ""))
    for text in row["wrong"]:
        writer.wrapped("    misread  ", text, "red")
    for text in row["refused"]:
        writer.wrapped("    refused  ", text)
    for text in row["behind"]:
        writer.wrapped("    behind   ", text)
    for label, key in (("fix", "fixes"), ("explain", "rules")):
        if row[key]:
            writer.wrapped("    %-8s " % label, ", ".join(row[key]))
    writer.wrapped("    source   ", "; ".join(row["sources"][:2]), "dim")


def _since(within: VersionRange) -> str:
    def name(version: Any) -> str:
        return ".".join(map(str, version))

    since: Version = within.since or ()
    return name(since) + " on" if within.before is None else "%s to <%s" % (name(since), name(within.before))
