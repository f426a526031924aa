"""Facts of each TensorRT release's ONNX parser, read from the compiled ``rules/facts/`` and indexed by operator.

Every row carries a half-open range of TensorRT versions and a source. Nothing here looks at a model.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from jetdoctor import data
from jetdoctor.facts.condition import BadCondition, Condition
from jetdoctor.facts.grammar import condition, conditions, learn
from jetdoctor.facts.seen import Seen
from jetdoctor.types import Coverage, Version, VersionRange, parse_version

#: Section of an operator's facts -> the wall that its rows speak of (see ``rules/README.md``).
WALLS = {
    "importer": "parser",
    "refused": "parser",
    "misread": "parser",
    "network": "network",
    "builder": "builder",
    "values": "values",
    "dla": "builder",
}

#: How ``Knowledge.basis`` begins for the parsers whose source or verdicts are known; others lie between two of them.
_PARSER_BASES = ("measured", "read")

#: How a line of an operator begins in the compiled file.
_LINE = '{"operator":"'


def _range(row: Mapping[str, Any]) -> VersionRange:
    since, before = row.get("since"), row.get("before")
    return VersionRange(parse_version(since) if since else None, parse_version(before) if before else None)


class Fact:
    """One row: its ``range`` of TensorRT versions, the row itself, the ``wall`` that it speaks of, its conditions.

    ``when`` says at which nodes it counts; there ``demand``, if it has one, must hold, or must not (``forbids``). Both
    are made when they are first asked for, by ``read`` at the latest: BadCondition when the grammar does not know one.
    Rows about the DLA have conditions of their own (``jetdoctor.dla.conditions``): with ``own=True`` they stay in the
    row.
    """

    __slots__ = ("range", "row", "wall", "own", "_read")

    def __init__(self, row: Mapping[str, Any], wall: str = "parser", own: bool = False) -> None:
        self.row = row
        self.range = _range(row)
        self.wall = wall
        self.own = own
        self._read: Optional[Tuple[Tuple[Condition, ...], Optional[Condition]]] = None

    def read(self) -> Tuple[Tuple[Condition, ...], Optional[Condition]]:
        """``when`` and ``demand``."""
        if self._read is None:
            row, op_type = self.row, self.row.get("op", "")
            when = conditions(row["when"], op_type) if "when" in row and not self.own else ()
            asked = row.get("forbid", row.get("require"))
            self._read = (when, None if asked is None else condition(asked, op_type))
        return self._read

    @property
    def when(self) -> Tuple[Condition, ...]:
        return self.read()[0]

    @property
    def demand(self) -> Optional[Condition]:
        return self.read()[1]

    @property
    def forbids(self) -> bool:
        return "forbid" in self.row

    def applies(self, seen: Seen) -> bool:
        """Whether it speaks of the node: ``when`` certainly holds, and the demand is certainly broken."""
        when, demand = self._read or self.read()
        for one in when:
            if one.holds(seen) is not True:
                return False
        return demand is None or demand.holds(seen) is self.forbids

    def __getitem__(self, key: str) -> Any:
        return self.row[key]

    def get(self, key: str, default: Any = None) -> Any:
        return self.row.get(key, default)


class Knowledge:
    """All facts, for all releases: the compiled ``rules/facts/``, each operator read when it is first asked for.

    Pseudo operators in brackets stand for the model, its inputs, its initializers, any node, and the
    broadcasting elementwise operators.
    """

    def __init__(self) -> None:
        with open(data.path("facts.jsonl"), encoding="utf-8") as handle:
            first, *lines = handle.read().splitlines()
        head = json.loads(first)
        learn(head["conditions"])
        self.releases = [Fact(row) for row in head["releases"]]
        start = len(_LINE)
        self._lines = {line[start : line.index('"', start)]: line for line in lines}
        self._read: Dict[str, Mapping[str, Any]] = {}
        #: rows that could not be read, so far: one line each
        self.broken: List[str] = []
        #: names of the operators, without the pseudo operators
        self.operators = frozenset(name for name in self._lines if name[0] != "(")
        #: the same and the pseudo operators, in order
        self.names = tuple(self._lines)

    def _body(self, op_type: str) -> Mapping[str, Any]:
        body = self._read.get(op_type)
        if body is None:
            line = self._lines.get(op_type)
            raw = json.loads(line) if line else {}
            body = {key: _facts(op_type, key, raw[key]) if key in WALLS else raw[key] for key in raw}
            self._read[op_type] = body
        return body

    def readable(self, fact: Fact) -> bool:
        """Whether the grammar knows the row's conditions; one that it does not know is told in ``broken``."""
        try:
            fact.read()
        except BadCondition as error:  # left out whole, never half-read
            name = fact.get("id") or "%s since %s" % (fact["op"], fact["since"])
            text = "the fact %s cannot be read: key %s: %s" % (name, error.key, error)
            if text not in self.broken:
                self.broken.append(text)
            return False
        return True

    def rows(self, op_type: str, section: str) -> Sequence[Fact]:
        """Rows of one section (a key of ``WALLS``) of an operator; empty for one that nothing is known of."""
        found: Sequence[Fact] = self._body(op_type).get(section, ())
        return found

    def of_models(self, rule: str) -> Sequence[Fact]:
        """Forms of whole models that a parser refuses or misreads, of those reported under one rule."""
        rows = self.rows("(model)", "misread")
        return [fact for fact in rows if fact.get("rule") == rule and fact["status"] in ("wrong-output", "rejected")]

    def shared(self, op_type: str) -> Sequence[str]:
        """Pseudo operators whose rows hold for the operator as well."""
        found: Sequence[str] = self._body(op_type).get("shares", ())
        return found

    def release(self, version: Version) -> Optional[Fact]:
        """Row of the parser release that a TensorRT version stands for, None outside of what was read."""
        for fact in self.releases:
            if version in fact.range:
                return fact
        return None

    def importer(self, op_type: str, version: Version) -> bool:
        """Whether that release's parser has an importer for the operator."""
        return any(f["importer"] for f in self.rows(op_type, "importer") if version in f.range)

    def importer_ranges(self, op_type: str) -> Tuple[VersionRange, ...]:
        """Ranges of releases that import the operator, oldest first."""
        return tuple(f.range for f in self.rows(op_type, "importer") if f["importer"])

    def ever_imported(self, op_type: str) -> bool:
        return bool(self.importer_ranges(op_type))

    def basis(self, version: Version) -> str:
        """How well a release is known: "measured", "read", "interpolated ..." or "unknown"."""
        fact = self.release(version)
        if not version or fact is None:
            return "unknown"
        measured = any(parse_version(text) == version for text in fact.get("measured", ()))
        return "measured" if measured else str(fact["known"])

    def coverage(self, version: Version) -> Coverage:
        """What is known of each wall of a release (rows of ``walls.json``; the parser's by its source)."""
        basis = self.basis(version)
        if basis == "unknown":
            return Coverage()
        parser = next((word for word in _PARSER_BASES if basis.startswith(word)), "interpolated")
        found = {row["wall"]: row["basis"] for row in data.table("walls") if version in _range(row)}
        return Coverage(parser=parser, **found)


def _facts(op_type: str, section: str, rows: Sequence[Mapping[str, Any]]) -> List[Fact]:
    return [Fact(dict(row, op=op_type), WALLS[section], own=section == "dla") for row in rows]


@lru_cache(maxsize=None)
def knowledge() -> Knowledge:
    """The facts, loaded once."""
    return Knowledge()
