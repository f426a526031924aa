"""How a report is to be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from jetdoctor.types import Plan


@dataclass(frozen=True)
class Options:
    """``width`` in columns and ``color`` for text; ``matrix`` when every JetPack was asked; ``plan`` of a fix."""

    width: int = 80
    color: bool = False
    matrix: bool = False
    plan: Optional[Plan] = None
