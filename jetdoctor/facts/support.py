"""What every TensorRT release does with one operator, and what one release does with all of them."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence, Tuple

from jetdoctor.facts.rows import Fact, Knowledge
from jetdoctor.facts.sentences import form_text, limit_text
from jetdoctor.types import OUTCOMES, Version, VersionRange

#: Sections behind the parser -> who speaks there.
_BEHIND = {"network": "the network library", "builder": "the builder", "values": "the engine"}


def operator_support(known: Knowledge, op_type: str) -> List[Dict[str, Any]]:
    """Oldest first, one row per stretch of releases that treat the operator alike.

    Keys: ``range`` (VersionRange), ``importer``, ``documented``, ``types``, ``note``, ``wrong``, ``refused`` and
    ``behind`` (texts: misread, refused by the parser, what happens behind it), ``rules``, ``fixes`` (names of
    requests), ``sources``.
    """
    oldest: Version = known.releases[0].range.since or ()
    points = {oldest}
    for section in ("importer", "misread", "refused", *_BEHIND):
        for fact in _facts(known, op_type, section):
            points.update(p for p in (fact.range.since, fact.range.before) if p is not None and p > oldest)
    ordered = sorted(points)
    rows: List[Dict[str, Any]] = []
    for since, before in zip(ordered, list(ordered[1:]) + [None]):
        row = _state(known, op_type, since)
        if rows and all(rows[-1][key] == row[key] for key in row if key != "sources"):
            rows[-1]["range"] = VersionRange(rows[-1]["range"].since, before)
            continue
        rows.append(dict(row, range=VersionRange(since, before)))
    return rows


def _facts(known: Knowledge, op_type: str, section: str) -> List[Fact]:
    """Rows of the operator and of the families that it belongs to."""
    return [fact for name in (op_type, *known.shared(op_type)) for fact in known.rows(name, section)]


def _state(known: Knowledge, op_type: str, version: Version) -> Dict[str, Any]:
    def at(section: str) -> List[Fact]:
        return [fact for fact in _facts(known, op_type, section) if version in fact.range]

    table, forms, limits = at("importer"), at("misread"), at("refused")
    behind = [(speaker, fact) for section, speaker in _BEHIND.items() for fact in at(section)]
    behind = [(speaker, fact) for speaker, fact in behind if fact["status"] in OUTCOMES]
    told = [f for f in forms if f["status"] in OUTCOMES] + limits + [fact for _, fact in behind]
    importer = any(f["importer"] for f in table)
    return {
        "importer": importer,
        "documented": next((f["documented"] for f in table), None),
        "types": next((list(f.get("types", ())) for f in table), []),
        "note": next((f.get("note", "") for f in table), ""),
        "wrong": [form_text(f) for f in forms if f["status"] == "wrong-output"] if importer else [],
        "refused": _unique(_refusals(forms, limits)) if importer else [],
        "behind": _unique("%s: %s" % (speaker, form_text(f)) for speaker, f in behind) if importer else [],
        "rules": _unique(f["rule"] for f in told) if importer else ["JD301"],
        "fixes": _unique(_requests(told if importer else table)),
        "sources": _unique(f["source"] for f in table + forms + limits + [fact for _, fact in behind]),
    }


def _refusals(forms: Sequence[Fact], limits: Sequence[Fact]) -> List[str]:
    return [form_text(f) for f in forms if f["status"] == "rejected"] + [limit_text(f) for f in limits]


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
