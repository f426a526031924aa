"""A match of a rule on its way to becoming a finding."""

from __future__ import annotations

from dataclasses import dataclass

from jetdoctor.check.catalog import CatalogRule
from jetdoctor.rule import Match
from jetdoctor.types import VersionRange


@dataclass(frozen=True)
class Hit:
    """A match of a rule, with the position that orders findings (graph order, owners before bodies)."""

    rule: CatalogRule
    match: Match
    range: VersionRange
    position: int
    #: from a row on a form of the operator (semantics.json), or on a requirement (restrictions.json)
    form: bool = False
    repeats: bool = False
