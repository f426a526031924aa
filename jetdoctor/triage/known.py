"""What the fact base says about an operator or message in the release that wrote a log."""

from __future__ import annotations

import re
from typing import Any, Iterator, List, Mapping, Optional, Tuple

from jetdoctor.facts import knowledge
from jetdoctor.facts.rows import WALLS
from jetdoctor.target import releases
from jetdoctor.types import Version, parse_version

Row = Mapping[str, Any]

#: Shortest part of a fact's message that is recognized in a line.
_TELLING = 12


def imports(operator: str, release: Version) -> Optional[bool]:
    """Whether the parser of that release has an importer for the operator; None when it is not known."""
    facts = knowledge()
    if not release or operator not in facts.operators or facts.release(release) is None:
        return None
    return facts.importer(operator, release)


def first_release(operator: str) -> str:
    """The first TensorRT whose parser imports the operator, "" when none does or all do."""
    since = [r.since for r in knowledge().importer_ranges(operator)]
    return ".".join(map(str, since[0])) if since and since[0] else ""


def listed(operator: str) -> bool:
    """Whether the facts speak of the operator at all."""
    return operator in knowledge().operators


def rewritten(operator: str, release: Version) -> bool:
    """Whether ``jetdoctor fix`` has a rewrite for the operator where that release has no importer."""
    rows = knowledge().rows(operator, "importer")
    return any(row.get("fix") for row in rows if not row["importer"] and (not release or release in row.range))


def refusals(operator: str, key: str) -> List[Row]:
    """Fact rows whose message the line holds: refused forms of that operator, each with its range of releases."""
    return [row.row for row in _rows(operator) if _says(row.get("message") or "", key)]


def refusal(operator: str, key: str, release: Version) -> Optional[Row]:
    """The first of ``refusals`` that holds for the release, or for any when it is not known."""
    for row in _rows(operator):
        if (not release or release in row.range) and _says(row.get("message") or "", key):
            return row.row
    return None


def _rows(operator: str) -> Iterator[Any]:
    facts = knowledge()
    for name in (operator, *facts.shared(operator), "(any)"):
        for section in WALLS:
            yield from facts.rows(name, section)


def _says(message: str, key: str) -> bool:
    parts = literal(message)
    return bool(parts) and all(part in key for part in parts)


def literal(message: str) -> Tuple[str, ...]:
    """Parts of a message between the values that the parser fills in, as lines are compared.

    >>> literal('K exceeds the maximum value allowed (...).')
    ('k exceeds the maximum value allowed',)
    """
    plain = re.sub(r"[\"'`]", "", message).lower()
    parts = (" ".join(part.split()) for part in re.split(r"…|\.\.\.|%\w|<[^>]*>|\{[^}]*\}|[()\[\]]", plain))
    return tuple(part for part in (p.strip(" .:,!") for p in parts) if len(part) >= _TELLING)


def jetpacks_with(tensorrt: str) -> str:
    """The first JetPack that brings that TensorRT or a later one ("JetPack 5.1"), "" when none does."""
    wanted = parse_version(tensorrt)
    for row in releases():
        have = row.get("tensorrt")
        if have and row["channel"] == "GA" and parse_version(have) >= wanted:
            return "JetPack %s" % row["jetpack"]
    return ""


def tensorrt_of(jetpack: str = "", l4t: str = "") -> str:
    """TensorRT of a JetPack or L4T release by name, "" when it is not in the table."""
    for row in releases():
        if (jetpack and row["jetpack"] == jetpack) or (l4t and row["l4t"] == l4t):
            return row.get("tensorrt") or ""
    return ""
