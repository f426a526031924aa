"""Where a fact row applies."""

from __future__ import annotations

from typing import Any

from jetdoctor.facts import Fact
from jetdoctor.records import dataclass
from jetdoctor.types import VersionRange


@dataclass(frozen=True)
class Place:
    """A fact row that applies: to a node (may be None), a tensor (may be ""), for a range of releases."""

    fact: Fact
    range: VersionRange
    node: Any = None
    tensor: str = ""
    detail: str = ""
    #: the graph input or constant that it is about
    value: Any = None
