"""What every TensorRT release does with one operator, and what one release does with all of them."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Sequence, Tuple

from jetdoctor.facts.rows import Fact, Knowledge
from jetdoctor.types import Version, VersionRange

#: Oldest parser whose source was read.
_OLDEST: Version = (7, 1)


def operator_support(known: Knowledge, op_type: str) -> List[Dict[str, Any]]:
    """Oldest first, one row per stretch of releases that treat the operator alike.

    Keys: ``range`` (VersionRange), ``importer``, ``documented``, ``types``, ``note``, ``wrong`` and
    ``refused`` (texts), ``rules``, ``fixes`` (names of requests), ``sources``.
    """
    facts = [f for section in ("importer", "misread", "refused") for f in known.rows(op_type, section)]
    points = {_OLDEST}
    for fact in facts:
        points.update(p for p in (fact.range.since, fact.range.before) if p is not None and p > _OLDEST)
    ordered = sorted(points)
    rows: List[Dict[str, Any]] = []
    for since, before in zip(ordered, list(ordered[1:]) + [None]):
        row = _state(known, op_type, since)
        if rows and all(rows[-1][key] == row[key] for key in row if key != "sources"):
            rows[-1]["range"] = VersionRange(rows[-1]["range"].since, before)
            continue
        rows.append(dict(row, range=VersionRange(since, before)))
    return rows


def _state(known: Knowledge, op_type: str, version: Version) -> Dict[str, Any]:
    table = [f for f in known.rows(op_type, "importer") if version in f.range]
    forms = [f for f in known.rows(op_type, "misread") if version in f.range]
    limits = [f for f in known.rows(op_type, "refused") if version in f.range]
    importer = any(f["importer"] for f in table)
    wrong = [_form(f) for f in forms if f["status"] == "wrong-output"]
    refused = [_form(f) for f in forms if f["status"] == "rejected"] if importer else []
    refused += [limit_text(f.row) for f in limits] if importer else []
    return {
        "importer": importer,
        "documented": next((f["documented"] for f in table), None),
        "types": next((list(f.get("types", ())) for f in table), []),
        "note": next((f.get("note", "") for f in table), ""),
        "wrong": wrong if importer else [],
        "refused": _unique(refused),
        "rules": _unique(f["rule"] for f in forms + limits if f.get("rule")) if importer else ["JD301"],
        "fixes": _unique(_requests(table if not importer else forms + limits)),
        "sources": _unique(f["source"] for f in table + forms + limits),
    }


def _form(fact: Fact) -> str:
    return "%s: %s" % (fact["change"], fact.get("what") or fact.get("message") or fact["status"])


def limit_text(row: Mapping[str, Any]) -> str:
    """A ``require`` or ``forbid`` row in words."""
    condition = row.get("require") or row.get("forbid") or {}
    wanted = "require" in row
    subject = "input %s" % condition["input"] if "input" in condition else condition.get("attr", "")
    if "kind" in condition:
        return "%s must be an initializer%s" % (subject, " or foldable" if "fold" in condition["kind"] else "")
    if "dtype" in condition:
        return "%s %s %s" % (subject, "must be" if wanted else "must not be", ", ".join(condition["dtype"]))
    if "values" in condition:
        return "%s must be %s" % (subject, " or ".join(map(str, condition["values"])))
    if "rank" in condition:
        return "%s must have rank %s" % (subject, " or ".join(map(str, condition["rank"])))
    if "output" in condition:
        return "no output %d" % condition["output"]
    return row.get("note") or row.get("message") or subject


def _requests(facts: Sequence[Fact]) -> List[str]:
    return [request for fact in facts for request in fact.get("fix", ())]


def _unique(items: Any) -> List[str]:
    seen: Dict[str, None] = {}
    for item in items:
        seen.setdefault(item)
    return list(seen)


def release_table(known: Knowledge, version: Version) -> List[Tuple[str, Dict[str, Any]]]:
    """(operator, state) for every ONNX operator of the facts, by name, at one release."""
    return [(name, _state(known, name, version)) for name in sorted(known.operators)]
