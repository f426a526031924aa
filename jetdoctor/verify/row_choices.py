"""What operators that choose, join or number rows do to rows whose order is open; for ``row_steps``."""

from __future__ import annotations

from dataclasses import replace
from typing import List, Optional, Sequence, Union

from jetdoctor.constants.partly_known import known_integers
from jetdoctor.graph import Node
from jetdoctor.verify.open_rows import LOST, Rows, Space, State, axis_of, moved, only_first


def slice_(node: Node, states: List[State]) -> State:
    """Rows that a Slice takes."""
    rows, rank = only_first(node, states), node.input(0).rank
    if rows is None or rank is None:
        return LOST
    axes: Optional[Sequence[int]] = node.attr("axes") or (known_integers(node.input(3)) if node.present(3) else None)
    if axes is None or {axis % rank for axis in axes} & set(rows.lanes):
        return LOST
    if rows.axis not in {axis % rank for axis in axes} or _takes_all(node):
        return rows
    # The first of them: which ones depends on the order, too, and rows that are others find no partner.
    return LOST if rows.space.keys else replace(rows, space=replace(rows.space, tensor=node.outputs[0]))


def _takes_all(node: Node) -> bool:
    """Whether the slice begins at 0, ends beyond every end and leaves nothing out, on all of its axes."""
    starts, ends = (known_integers(node.input(index)) for index in (1, 2))
    steps = known_integers(node.input(4)) if node.present(4) else (1,)
    if starts is None or ends is None or steps is None:
        return False
    return not any(starts) and min(ends) >= (1 << 31) - 1 and set(steps) == {1}


def split(node: Node, states: List[State]) -> State:
    """Rows behind a Split along another axis."""
    rows, rank = only_first(node, states), node.input(0).rank
    return rows if rows and rank and axis_of(node, rank) not in (rows.axis, *rows.lanes) else LOST


def concat(node: Node, states: List[State]) -> State:
    """Rows side by side, or one after the other."""
    rank, first = node.output(0).rank, next((state for state in states if isinstance(state, Rows)), None)
    if rank is None or first is None:
        return LOST
    axis = axis_of(node, rank)
    if axis == first.axis:
        return _joined(node, states, first)
    return first if all(state == first for state in states) and axis not in first.lanes else LOST


def _joined(node: Node, states: List[State], first: Rows) -> State:
    """Rows of several spaces one after the other, as detectors join the levels of a pyramid."""
    parts: List[Union[Space, int]] = []
    for index, state in enumerate(states):
        size = (node.input(index).shape or {first.axis: None})[first.axis]
        if isinstance(state, Rows) and state == replace(first, space=state.space) and not state.points:
            parts.append(state.space)
        elif state is None and isinstance(size, int):
            parts.append(size)
        else:
            return LOST
    return replace(first, space=Space("", first.space.why, parts=tuple(parts)))


def gather(node: Node, states: List[State]) -> State:
    """Rows that indices name, or the same rows by columns."""
    data, indices, rank, inner = states[0], states[1], node.input(0).rank, node.input(1).rank
    if rank is None or inner is None:
        return LOST
    axis = axis_of(node, rank)
    if isinstance(indices, Rows):
        if not _fits(data, indices, axis):
            return LOST
        return moved(replace(indices, points=None), lambda place: place + axis)
    if not isinstance(data, Rows) or axis in (data.axis, *data.lanes):
        return LOST
    chosen = known_integers(node.input(1))
    if data.points and chosen is not None and axis == 1 and not {2, -1} & set(chosen):
        data = replace(data, points=None)  # a batch or class of NonMaxSuppression, not its box
    return moved(data, lambda place: place if place < axis else place - 1 + inner)


def _fits(data: State, indices: Rows, axis: int) -> bool:
    """Whether indices mean what they point at: rows of that very space, or data in a known order."""
    if data is None:
        return indices.points is None
    return isinstance(data, Rows) and data.axis == axis and data.space == indices.points


def gather_elements(node: Node, states: List[State]) -> State:
    """Rows that indices of the same shape name."""
    data, indices, rank = states[0], states[1], node.input(0).rank
    if rank is None or not isinstance(indices, Rows) or not _fits(data, indices, axis_of(node, rank)):
        return LOST
    return replace(indices, points=None) if indices.axis == axis_of(node, rank) else LOST


def gather_nd(node: Node, states: List[State]) -> State:
    """What rows of indices name, in their order."""
    indices, rank, batch = states[1], node.input(1).rank, int(node.attr("batch_dims", 0))
    if states[0] is not None or rank is None or not isinstance(indices, Rows) or indices.points:
        return LOST
    return indices if batch <= indices.axis < rank - 1 else LOST


def nonzero(node: Node, states: List[State]) -> State:
    """Numbers of the rows that pass a test, in their order: an open order again, of fewer rows."""
    rows = states[0]
    if not isinstance(rows, Rows) or rows.lanes or rows.space.keys or node.input(0).rank != 1:
        return LOST
    return Rows(replace(rows.space, tensor=node.outputs[0]), 1, (), rows.space)
