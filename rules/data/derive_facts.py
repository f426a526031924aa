"""Derive the fact rows of this folder from facts read in the parsers' sources.

    python3 rules/data/derive_facts.py FACTS_DIR

FACTS_DIR holds ``ops.json``, ``semantics.json`` and ``restrictions.json``: what was read in each release of
onnx-tensorrt. Rows that say the same for neighbouring releases are merged into one row with a
half-open range of TensorRT versions (``since`` <= version < ``before``), so that a new release is a new column
there and a longer range here, not new code. ``check_facts.py`` looks for gaps and contradictions.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from derive_mapping import FIX_REQUESTS, FORM_FIXES, OPERATOR_FIXES, restriction_rule, semantics_rule
from derive_matters import condition as narrowed

HERE = Path(__file__).resolve().parent

#: First product version that a column of the facts stands for. 8.4-EA is 8.4.0 (JetPack 5.0 DP), 8.4-GA 8.4.1.
FIRST_VERSION = {
    "7.1": "7.1",
    "7.2.1": "7.2.0",
    "7.2.3": "7.2.3",
    "8.4-EA": "8.4.0",
    "8.4-GA": "8.4.1",
}


def first_version(column: str) -> str:
    return FIRST_VERSION.get(column, column.split("-")[0])


def runs(columns, same):
    """Group neighbouring columns whose ``same(column)`` is equal; None ends a run and is left out."""
    current, last = [], None
    for column in columns:
        key = same(column)
        if current and key == last and key is not None:
            current.append(column)
            continue
        if current:
            yield current, last
        current, last = ([column], key) if key is not None else ([], None)
    if current:
        yield current, last


def version_range(columns, run, fixed_in_patch=None):
    """(since, before) of a run; the newest column's range is open."""
    after = columns.index(run[-1]) + 1
    before = fixed_in_patch or (first_version(columns[after]) if after < len(columns) else None)
    return first_version(run[0]), before


def cited(source: str) -> str:
    """A source without remarks: of its clauses the first, and those that name a file or a release."""
    first, *more = source.split("; ")
    return "; ".join([first] + [clause for clause in more if re.search(r"\d\.\d|\.cpp|\.md", clause)])


def slug(text: str) -> str:
    words = re.findall(r"[a-z0-9_]+", text.lower())
    return "-".join(words[:6])


def write(name, rows):
    text = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (HERE / name).write_text("[\n%s\n]\n" % text, encoding="utf-8")
    print("%-20s %5d rows" % (name, len(rows)))


def releases(ops):
    columns = list(ops["releases"])
    for index, column in enumerate(columns):
        row = ops["releases"][column]
        following = columns[index + 1] if index + 1 < len(columns) else None
        yield {
            "release": column,
            "since": first_version(column),
            "before": first_version(following) if following else None,
            "documented_opset": row["documented_opset"],
            "weights_through": [op for op in row.get("weights_ops", ["Constant"]) if op != "Constant"],
            "local_functions": bool(row.get("local_functions")),
            "int64_native": bool(row.get("int64_native")),
            "partial": bool(row.get("partial")),
            "source": "%s@%s" % (row["repo"], row["commit"].split()[0]),
        }


def operators(ops):
    columns = list(ops["releases"])
    names = sorted({op for row in ops["releases"].values() for op in row["ops"]})

    def state(name):
        def same(column):
            table = ops["releases"][column]
            entry = table["ops"].get(name)
            if entry is None:
                return None if table.get("partial") else (False, None, (), "")
            importer = entry.get("importer")
            if importer is None:
                # 10.15 was read in part: documented as supported and no importer table extracted
                importer = entry.get("documented") == "Y"
            if entry.get("static_checker_rejects"):
                importer = False
            types = tuple(entry.get("types") or ())
            return bool(importer), entry.get("documented"), types, entry.get("restriction_note") or ""

        return same

    for name in names:
        for run, (importer, documented, types, note) in runs(columns, state(name)):
            since, before = version_range(columns, run)
            origin = ops["releases"][run[0]]["ops"].get(name, {}).get("source")
            row = {"op": name, "since": since, "before": before, "importer": importer}
            row.update(documented=documented, types=list(types))
            if note:
                row["note"] = note
            if not importer and OPERATOR_FIXES.get(name):
                row["fix"] = OPERATOR_FIXES[name]
            row["source"] = "onnx-tensorrt %s %s" % (run[0], origin or "docs/operators.md and importer table")
            yield row


STATUS = {"silently_wrong": "wrong-output", "rejects": "rejected", "ok": "ok", "ignored_harmless": "harmless"}


def semantics(facts, ops):
    columns = facts["releases"]
    importers = {c: {o for o, e in t["ops"].items() if e.get("importer")} for c, t in ops["releases"].items()}
    for entry in facts["entries"]:
        op = entry["op"]

        def same(column, entry=entry, op=op):
            cell = entry["releases"].get(column)
            if cell is None or cell["status"] == "unknown":
                return None
            partial = ops["releases"][column].get("partial")
            if cell["status"] == "rejects" and op != "(model)" and not partial and op not in importers[column]:
                return None  # said once, by the operator table
            return (
                cell["status"],
                cell.get("what") or "",
                cell.get("message") or "",
                cell.get("fixed_in_patch"),
                cell.get("basis") or "read",
            )

        for run, (status, what, message, patch, basis) in runs(columns, same):
            since, before = version_range(columns, run, patch)
            after = columns[columns.index(run[-1]) + 1 :]
            if not patch and all(entry["releases"].get(c, {}).get("status", "unknown") == "unknown" for c in after):
                before = None  # nothing newer was read: the newest known state stands, marked as such at run time
            cell = entry["releases"][run[0]]
            disagree = before == "10.15" and entry["releases"]["10.15"]["status"] != status
            doubt = "10.11" if disagree else None  # between the two nobody has read: said as a warning
            row = {"id": "%s/%s" % (op.strip("()"), slug(entry["change"])), "op": op, "since": since, "before": before}
            row.update(status=STATUS[status], change=entry["change"], when=narrowed(entry, status, what))
            if doubt:
                row["doubt"] = doubt
            if what:
                row["what"] = what
            if message:
                row["message"] = message
            if cell.get("code"):
                row["code"] = cell["code"]
            if status in ("silently_wrong", "rejects"):
                rule = semantics_rule(entry, status)
                if rule is None:
                    continue
                row["rule"] = rule
                row["fix"] = FORM_FIXES.get((op, entry["change"].split()[0])) or FIX_REQUESTS.get(entry.get("fix"), [])
            row["basis"] = basis
            row["source"] = "onnx-tensorrt %s, %s" % (
                run[0] if len(run) == 1 else "%s to %s" % (run[0], run[-1]),
                cited(cell.get("source") or entry.get("source") or "importer of %s" % op),
            )
            yield row


def restrictions(facts, columns):
    for entry in facts["restrictions"]:
        rows = [(c, "require") for c in entry.get("requires") or []]
        rows += [(c, "forbid") for c in entry.get("forbids") or []]
        if entry["op"] == "Resize" and rows and rows[0][0] == {"input": 2, "kind": "initializer"}:
            rows.append(({"input": 1, "kind": "initializer", "opset_max": 10}, "require"))
        run = columns[columns.index(entry["first"]) : columns.index(entry["last"]) + 1]
        since, before = version_range(columns, run, entry.get("fixed_in_patch"))
        if run[-1] == "10.10-GA":
            before = None  # the newest column that was read for restrictions
        for condition, kind in rows:
            rule, adjusted, fixes = restriction_rule(entry, condition, kind)
            if rule is None:
                continue
            row = {"op": entry["op"], "since": since, "before": before, kind: adjusted, "rule": rule, "fix": fixes}
            if entry.get("message_fragment"):
                row["message"] = entry["message_fragment"]
            if entry.get("note"):
                row["note"] = entry["note"]
            if entry.get("code"):
                row["code"] = entry["code"]
            row["basis"] = entry.get("basis") or "read"
            row["source"] = "onnx-tensorrt %s, %s" % (entry["first"], entry["source_first"])
            yield row


def plugins(facts):
    """Plugin creators by the releases whose plugin folder holds them."""
    order = list(facts["names_per_release"])
    for plugin in facts["plugins"]:
        present = [r for r in order if plugin["name"] in facts["names_per_release"][r]]
        for run, _ in runs(order, lambda r, present=present: True if r in present else None):
            after = order.index(run[-1]) + 1
            yield {
                "name": plugin["name"],
                "since": run[0],
                "before": order[after] if after < len(order) else None,
                "versions": sorted(plugin.get("versions_seen_in_folder") or {}),
                "fields": [a["name"] for a in plugin.get("attributes") or []],
                "source": "NVIDIA/TensorRT plugin/%s (%s to %s)" % (plugin["folder"], run[0], run[-1]),
            }


def _older(version, than):
    return [int(p) for p in version.split(".")] < [int(p) for p in than.split(".")]


def amended(name, rows):
    """Rows with ``amendments.json`` worked in: hand-kept facts on releases whose source could not be read whole.

    An ``end`` row closes the open rows of an operator (those with the given condition ``keys``) at a release.
    """
    amendments = [a for a in json.loads((HERE / "amendments.json").read_text("utf-8")) if a["file"] == name]
    for row in rows:
        for end in (a for a in amendments if a.get("end") and a["op"] == row["op"]):
            condition = row.get("require") or row.get("forbid") or {}
            if "keys" in end and sorted(condition) != sorted(end["keys"]):
                continue
            if "importer" in end and (row["importer"] != end["importer"] or _older(end["before"], row["since"])):
                continue
            if row["before"] is None or _older(end["before"], row["before"]):
                row["before"] = end["before"]
                row["source"] += "; " + end["source"]
                if "doubt" in end:
                    row["doubt"] = end["doubt"]
        if row["before"] is None or _older(row["since"], row["before"]):
            yield row
    for added in amendments:
        if not added.get("end"):
            yield {key: value for key, value in added.items() if key != "file"}


def main(folder: str) -> None:
    def load(name):
        return json.loads((Path(folder) / name).read_text(encoding="utf-8"))

    ops, facts, limits = load("ops.json"), load("semantics.json"), load("restrictions.json")
    write("plugins.json", list(plugins(load("plugins.json"))))
    write("releases.json", list(releases(ops)))
    write("operators.json", list(amended("operators", operators(ops))))
    write("semantics.json", list(amended("semantics", semantics(facts, ops))))
    write("restrictions.json", list(amended("restrictions", restrictions(limits, facts["releases"]))))


if __name__ == "__main__":
    main(sys.argv[1])
