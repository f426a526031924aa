"""Facts of each TensorRT release's ONNX parser, read from ``rules/data/`` and indexed by operator.

Every row carries a half-open range of TensorRT versions and a source. Nothing here looks at a model.
"""

from __future__ import annotations

import json
import os
from functools import lru_cache
from typing import Any, Dict, List, Mapping, Optional, Tuple

import jetdoctor
from jetdoctor.types import Version, VersionRange, parse_version

#: Parsers whose verdicts on thousands of models were recorded: the facts were checked against them.
MEASURED = tuple(
    parse_version(v)
    for v in ("8.0.3", "8.2.5", "8.4.3", "8.5.3", "8.6.1", "10.0.1", "10.3.0", "10.8.0", "10.10.0")
)

#: Between these two columns no parser source was read to the end; facts there are neighbours' facts.
_INTERPOLATED = (VersionRange(parse_version("10.11"), parse_version("10.15")), "10.10", "10.15")


def data_folder() -> str:
    """Folder of the fact files, in a clone or in an installed package."""
    for folder in jetdoctor.__path__:
        candidate = os.path.join(folder, "rules", "data")
        if os.path.isdir(candidate):
            return candidate
    raise FileNotFoundError("rules/data is missing: the installation is incomplete")


def read_rows(name: str) -> List[Dict[str, Any]]:
    """Rows of one file of ``rules/data/``."""
    with open(os.path.join(data_folder(), name), encoding="utf-8") as handle:
        return json.load(handle)


def _range(row: Mapping[str, Any]) -> VersionRange:
    since, before = row.get("since"), row.get("before")
    return VersionRange(parse_version(since) if since else None, parse_version(before) if before else None)


class Fact:
    """One row: its ``range`` of TensorRT versions, and the row itself."""

    __slots__ = ("range", "row")

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.row = row
        self.range = _range(row)

    def __getitem__(self, key: str) -> Any:
        return self.row[key]

    def get(self, key: str, default: Any = None) -> Any:
        return self.row.get(key, default)


def _by_op(name: str) -> Dict[str, List[Fact]]:
    table: Dict[str, List[Fact]] = {}
    for row in read_rows(name):
        table.setdefault(row["op"], []).append(Fact(row))
    return table


class Knowledge:
    """All facts, for all releases. ``operators``, ``semantics`` and ``restrictions`` map operator to rows.

    Pseudo operators in brackets stand for the model, its inputs, its initializers, any node, and the
    broadcasting elementwise operators.
    """

    def __init__(self) -> None:
        self.operators = _by_op("operators.json")
        self.semantics = _by_op("semantics.json")
        self.restrictions = _by_op("restrictions.json")
        self.releases = [Fact(row) for row in read_rows("releases.json")]

    def release(self, version: Version) -> Optional[Fact]:
        """Row of the parser release that a TensorRT version stands for, None outside of what was read."""
        for fact in self.releases:
            if version in fact.range:
                return fact
        return None

    def importer(self, op_type: str, version: Version) -> bool:
        """Whether that release's parser has an importer for the operator."""
        return any(f["importer"] for f in self.operators.get(op_type, ()) if version in f.range)

    def importer_ranges(self, op_type: str) -> Tuple[VersionRange, ...]:
        """Ranges of releases that import the operator, oldest first."""
        return tuple(f.range for f in self.operators.get(op_type, ()) if f["importer"])

    def ever_imported(self, op_type: str) -> bool:
        return bool(self.importer_ranges(op_type))

    def basis(self, version: Version) -> str:
        """How well a release is known: "measured", "read", "interpolated ..." or "unknown"."""
        fact = self.release(version)
        if not version or fact is None:
            return "unknown"
        if version in MEASURED:
            return "measured"
        between, older, newer = _INTERPOLATED
        if version in between:
            return "interpolated between %s and %s" % (older, newer)
        if fact.get("partial"):
            if version >= (10, 16):
                return "bracketed by 10.15 (read in part) and TensorRT-RTX 1.7"
            return "read in part (%s)" % fact["release"]
        return "read"


@lru_cache(maxsize=None)
def knowledge() -> Knowledge:
    """The facts, loaded once."""
    return Knowledge()
