"""How a report is to be written."""

from __future__ import annotations

from typing import Any, Collection, Mapping, NamedTuple, Optional, Sequence, Tuple

from jetdoctor.records import dataclass
from jetdoctor.types import Plan, Result

Changes = Tuple[str, str, Sequence[str]]  # title of a fix, rule, lines of the graph diff


class Drawing(NamedTuple):
    """A repair to draw: the structure of the model before and after it (None: unknown), and the names of each fix."""

    before: Optional[Mapping[str, Any]]
    after: Optional[Mapping[str, Any]]
    fixes: Sequence[Collection[str]]


@dataclass(frozen=True)
class Options:
    """``width`` in columns and ``color`` for text; ``matrix`` when every JetPack was asked.

    The others belong to a fix: its ``plan``, the model's ``path``, the results ``before``, the ``reason`` why
    nothing was written, what changes for the ``caller``, and the graph ``changes`` (None: not asked for).
    """

    width: int = 80
    color: bool = False
    matrix: bool = False
    plan: Optional[Plan] = None
    path: str = ""
    before: Tuple[Result, ...] = ()
    reason: str = ""
    changes: Optional[Sequence[Changes]] = None
    caller: Tuple[str, ...] = ()
    #: what a repair costs, such as INT8 speed
    notes: Tuple[str, ...] = ()
    #: rows of (what, before, after) of a model that was simplified
    sizes: Sequence[Tuple[str, int, int]] = ()
    #: what a page draws of it
    drawing: Optional[Drawing] = None
    #: one line per model, in text
    quiet: bool = False
