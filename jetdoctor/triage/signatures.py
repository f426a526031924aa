"""The signatures of ``rules/data/signatures.json`` and the parser's own messages, ready to match.

A signature is a list of pieces that a line must hold in that order, all in lower case and without
quotes. It says which category the line speaks for and how much it weighs against other lines.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Dict, List, Mapping, Optional, Tuple

from jetdoctor import data
from jetdoctor.types import VersionRange, parse_version

#: What a message literal of the parser weighs, by its level; curated signatures lie mostly above.
PARSER_RANKS = {"error": 52, "warning": 12}

#: Signatures are looked up by that many characters of their longest piece.
START = 4


class Signature:
    """One row: ``matches(key)`` tells whether a cleaned line shows it."""

    __slots__ = (
        "row", "category", "pieces", "without", "rank", "confidence", "range", "anchor", "by_operator",
        "_capture",
    )  # fmt: skip

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.row = row
        self.category: str = row["category"]
        self.pieces: Tuple[str, ...] = tuple(row["text"])
        self.without: Tuple[str, ...] = tuple(row.get("without", ()))
        self.rank: int = row["rank"] if "rank" in row else PARSER_RANKS[row["level"]]
        self.confidence: str = row.get("confidence", "medium")
        self.by_operator: Optional[str] = row.get("by_operator")
        since, before = row.get("since"), row.get("before")
        self.range = VersionRange(since and parse_version(since), before and parse_version(before))
        self.anchor = max(self.pieces, key=len)
        self._capture = re.compile(row["capture"], re.I) if "capture" in row else None

    def matches(self, key: str) -> bool:
        if self.anchor not in key:
            return False
        position = 0
        for piece in self.pieces:
            position = key.find(piece, position)
            if position < 0:
                return False
            position += len(piece)
        return not any(word in key for word in self.without)

    def operator(self, plain: str) -> str:
        """Name of the operator or plugin that the line itself gives, else ""."""
        found = self._capture.search(plain) if self._capture else None
        return found.group(1).rstrip(".,:") if found else ""


class Book:
    """All signatures. ``operators`` have a category of their own, ``alone`` says when a name suffices."""

    def __init__(self) -> None:
        rows = data.table("signatures")
        self.categories: Dict[str, Mapping[str, Any]] = {r["category"]: r for r in _of(rows, "category")}
        self.operators: Dict[str, Mapping[str, Any]] = {r["op"]: r for r in _of(rows, "operator")}
        self.standard = {name for row in _of(rows, "standard") for name in row["ops"]}
        self.signatures = [Signature(row) for row in _of(rows, "log")]
        self.signatures += [Signature(row) for row in data.table("parser_messages")]
        self._by_start: Dict[str, List[Signature]] = {}
        for signature in self.signatures:
            self._by_start.setdefault(signature.anchor[:START], []).append(signature)

    def found_in(self, key: str) -> List[Signature]:
        """Signatures that a cleaned line shows."""
        starts = {key[i : i + START] for i in range(len(key) - START + 1)} & self._by_start.keys()
        return [s for start in sorted(starts) for s in self._by_start[start] if s.matches(key)]


def _of(rows: Any, kind: str) -> Any:
    return (row for row in rows if row["kind"] == kind)


@lru_cache(maxsize=1)
def book() -> Book:
    """The signatures, read once."""
    return Book()
