"""A match of a rule on its way to becoming a finding."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Optional, Tuple

from jetdoctor.catalog import CatalogRule
from jetdoctor.records import dataclass
from jetdoctor.rule import Match
from jetdoctor.types import Location, VersionRange


@dataclass(frozen=True)
class Hit:
    """A match of a rule, with the position that orders findings (graph order, owners before bodies)."""

    rule: CatalogRule
    match: Match
    range: VersionRange
    position: int
    #: from a row on a form of the operator, or on a requirement
    form: bool = False
    repeats: bool = False

    def within(self, releases: VersionRange) -> "Hit":
        """The same for fewer releases."""
        return replace(self, range=releases)

    @cached_property
    def place(self) -> Optional[Location]:
        """Where it is, the same for all targets; None for a match that has neither node nor tensor."""
        match = self.match
        if match.node is not None:
            found: Location = match.node.location(match.tensor)
            return found
        return Location(tensor=match.tensor) if match.tensor else None

    @property
    def spot(self) -> Tuple[int, str]:
        """Tells places apart, quicker to hash than ``place``."""
        return 0 if self.match.node is None else id(self.match.node.proto), self.match.tensor
