"""The signatures of ``rules/signatures/`` and the parser's own messages, ready to match.

A signature is a list of pieces that a line must hold in that order, all in lower case and without
quotes. It says which category the line speaks for and how much it weighs against other lines.
"""

from __future__ import annotations

import json
import os
from functools import lru_cache
from typing import Any, Dict, FrozenSet, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

from jetdoctor import data
from jetdoctor.triage.lines import Line
from jetdoctor.triage.phrases import Phrases
from jetdoctor.types import VersionRange, parse_version

#: What a message literal of the parser weighs, by its level; curated signatures lie mostly above.
PARSER_RANKS = {"error": 52, "warning": 12}


class Signature:
    """One line of an entry: ``matches(key)`` tells whether a cleaned line of the log shows it."""

    __slots__ = (
        "row", "category", "pieces", "without", "rank", "confidence", "range", "anchor", "by_operator", "at_info",
        "when_stage", "when_tool",
    )  # fmt: skip

    def __init__(self, row: Mapping[str, Any], pieces: Union[str, Sequence[str]]) -> None:
        self.row = row
        self.category: str = row["category"]
        self.pieces: Tuple[str, ...] = (pieces,) if isinstance(pieces, str) else tuple(pieces)
        self.without: Tuple[str, ...] = tuple(row.get("without", ()))
        self.rank: int = row["rank"] if "rank" in row else PARSER_RANKS[row["level"]]
        self.confidence: str = row.get("confidence", "medium")
        self.by_operator: Optional[str] = row.get("by_operator")
        self.at_info: bool = row.get("at_info", False)
        self.when_stage: Optional[str] = row.get("when_stage")
        self.when_tool: Optional[str] = row.get("when_tool")
        since, before = row.get("since"), row.get("before")
        self.range = VersionRange(since and parse_version(since), before and parse_version(before))
        self.anchor = max(self.pieces, key=len)

    def matches(self, key: str) -> bool:
        position = 0
        for piece in self.pieces:
            position = key.find(piece, position)
            if position < 0:
                return False
            position += len(piece)
        return not any(word in key for word in self.without)


class Book:
    """All signatures. ``operators`` have a category of their own, ``alone`` says when a name suffices."""

    def __init__(self) -> None:
        self.categories: Dict[str, Mapping[str, Any]] = {r["category"]: r for r in read("_categories")}
        self.operators: Dict[str, Mapping[str, Any]] = {r["op"]: r for r in read("_operators")}
        standard = read("_standard")
        self.standard: FrozenSet[str] = frozenset(standard["operators"])
        self.first_opset: Dict[str, int] = standard["first_opset"]
        self.signatures = [Signature(row, pieces) for row in entries() for pieces in row["lines"]]
        self.signatures += [Signature(row, row["text"]) for row in data.table("parser_messages")]
        self._phrases = Phrases((signature.anchor, signature) for signature in self.signatures)

    def found_in(self, line: Line) -> List[Signature]:
        """Signatures that a line shows."""
        return [s for s in self._phrases.found(line.key, line.grams) if s.matches(line.key)]


def folder() -> str:
    """Folder of the signature files, in a clone or in an installed package."""
    return os.path.join(data.rules_folder(), "signatures")


def read(name: str) -> Any:
    with open(os.path.join(folder(), name + ".json"), encoding="utf-8") as handle:
        return json.load(handle)


def entries() -> Iterator[Mapping[str, Any]]:
    """Entries of all subjects, file by file."""
    for name in sorted(os.listdir(folder())):
        if name.endswith(".json") and not name.startswith("_"):
            yield from read(name[: -len(".json")])


@lru_cache(maxsize=1)
def book() -> Book:
    """The signatures, read once."""
    return Book()
