"""Rows of a tensor whose order an operator leaves open: where they lie, and what is asked of a node that reads them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Callable, List, Optional, Sequence, Tuple, Union

from jetdoctor.constants.partly_known import known_integers
from jetdoctor.graph import Node


@dataclass(frozen=True)
class Space:
    """Rows in an open order: ``tensor`` is the output of the operator that leaves it open, ``why`` says so in words.

    With ``keys`` (TopK's values) only rows whose keys tie may change places. ``parts`` are the spaces that were joined
    one after the other, or numbers of rows in a known order: rows stay in their part, so that a joined space says what
    numbers of rows mean, and lets none change places itself.
    """

    tensor: str
    why: str
    keys: str = ""
    parts: Tuple[Union["Space", int], ...] = ()


@dataclass(frozen=True)
class Rows:
    """A tensor whose rows lie along ``axis``; each index of the ``lanes`` axes has an order of its own.

    ``points``: its values are numbers of rows of that space, for which only a Gather of those rows has a use.
    """

    space: Space
    axis: int
    lanes: Tuple[int, ...] = ()
    points: Optional[Space] = None


#: what is known of a tensor: its rows, None when no open order got into it, LOST when one did that cannot be followed
LOST = "lost"
State = object
Step = Callable[[Node, List[State]], State]


def moved(rows: Rows, to: Callable[[int], Optional[int]]) -> State:
    """The same rows on other axes; LOST where their own axis is gone."""
    axis = to(rows.axis)
    lanes = tuple(lane for lane in map(to, rows.lanes) if lane is not None)
    return LOST if axis is None else replace(rows, axis=axis, lanes=lanes)


def only_first(node: Node, states: List[State]) -> Optional[Rows]:
    """The rows of input 0 where nothing else has any."""
    return states[0] if isinstance(states[0], Rows) and not any(states[1:]) else None


def axis_of(node: Node, rank: int, default: int = 0) -> int:
    """The ``axis`` of a node, counted from the first."""
    axis = int(node.attr("axis", default))
    return axis + rank if axis < 0 else axis


def axes_of(node: Node, rank: int) -> Optional[Tuple[int, ...]]:
    """The ``axes`` of a node, attribute or constant input 1; None when they are not known, () when it has none."""
    axes: Optional[Sequence[int]] = node.attr("axes")
    if axes is None and node.present(1):
        axes = known_integers(node.input(1))
        if axes is None:
            return None
    return tuple(axis + rank if axis < 0 else axis for axis in axes or ())
