"""What one operator does to rows whose order is open: where they lie in its output, if they are still whole there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Callable, Dict, List, Optional, Sequence, Tuple, Union

from jetdoctor.constants.partly_known import known_integers
from jetdoctor.graph import Node, Shape, Value


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


def step(node: Node, states: List[State]) -> State:
    """State of the first output of a node that reads at least one open order."""
    known = STEPS.get(node.op_type) if node.domain in ("", "ai.onnx") else None
    return known(node, states) if known is not None and LOST not in states else LOST


def _only_first(node: Node, states: List[State]) -> Optional[Rows]:
    """The rows of input 0 where nothing else has any."""
    return states[0] if isinstance(states[0], Rows) and not any(states[1:]) else None


def _axis(node: Node, rank: int, default: int = 0) -> int:
    axis = int(node.attr("axis", default))
    return axis + rank if axis < 0 else axis


def _axes(node: Node, rank: int) -> Optional[Tuple[int, ...]]:
    """The ``axes`` of a node, attribute or constant input 1; None when they are not known, () when it has none."""
    axes: Optional[Sequence[int]] = node.attr("axes")
    if axes is None and node.present(1):
        axes = known_integers(node.input(1))
        if axes is None:
            return None
    return tuple(axis + rank if axis < 0 else axis for axis in axes or ())


def _elementwise(node: Node, states: List[State]) -> State:
    rank = node.output(0).rank
    found = None
    present = [index for index in range(len(states)) if node.present(index)]
    for index, state in ((index, states[index]) for index in present):
        value = node.input(index)
        if rank is None or value.rank is None:
            return LOST
        shift = rank - value.rank
        if not isinstance(state, Rows):
            continue
        shifted = moved(state, lambda axis, shift=shift: axis + shift)  # type: ignore[misc]
        if found not in (None, shifted) or state.points and len(present) > 1:
            return LOST
        found = shifted
    steady = all(isinstance(states[i], Rows) or _steady(node.input(i), found, rank or 0) for i in present)
    return found if steady else LOST


def _steady(value: Value, rows: State, rank: int) -> bool:
    """Whether a tensor that is broadcast to ``rank`` is the same for every row."""
    shape: Shape = value.shape
    if shape is None or not isinstance(rows, Rows):
        return False
    place = rows.axis - (rank - len(shape))
    return place < 0 or shape[place] == 1


def _along_another_axis(node: Node, states: List[State]) -> State:
    """Softmax and the like: every row by itself where their axes are those behind the rows."""
    rows, rank = _only_first(node, states), node.input(0).rank
    if rows is None or rank is None:
        return LOST
    default = 1 if node.opset < 13 and node.op_type != "LayerNormalization" else -1
    return rows if _axis(node, rank, default) > max((rows.axis,) + rows.lanes) else LOST


def _reduce(node: Node, states: List[State]) -> State:
    rows, rank = _only_first(node, states), node.input(0).rank
    if rows is None or rank is None or rows.points:
        return LOST
    axes = (_axis(node, rank),) if node.op_type in ("ArgMax", "ArgMin") else _axes(node, rank)
    whole = axes == () and not node.attr("noop_with_empty_axes", 0) or set(axes or ()) == {*range(rank)}
    if whole and node.op_type in ("ReduceMax", "ReduceMin"):
        return None  # the largest of all is the same in any order
    if not axes or set(axes) & {rows.axis, *rows.lanes}:
        return LOST
    gone = () if node.attr("keepdims", 1) else axes
    return moved(rows, lambda axis: axis - sum(other < axis for other in gone))


def _transpose(node: Node, states: List[State]) -> State:
    rows, rank = _only_first(node, states), node.input(0).rank
    if rows is None or rank is None:
        return LOST
    order = list(node.attr("perm") or reversed(range(rank)))
    return moved(rows, order.index)


def _squeeze(node: Node, states: List[State]) -> State:
    rows, shape = _only_first(node, states), node.input(0).shape
    axes = _axes(node, len(shape)) if shape is not None else None
    if rows is None or not axes:
        return LOST
    return moved(rows, lambda axis: None if axis in axes else axis - sum(other < axis for other in axes))


def _unsqueeze(node: Node, states: List[State]) -> State:
    rows, rank = _only_first(node, states), node.output(0).rank
    axes = _axes(node, rank) if rank is not None else None
    if rows is None or axes is None:
        return LOST
    kept = [axis for axis in range(rank or 0) if axis not in axes]
    return moved(rows, lambda axis: kept[axis])


def _reshape(node: Node, states: List[State]) -> State:
    """Rows stay where as many elements lie before and behind an axis of the new shape; lanes must keep their places."""
    rows, old, new = _only_first(node, states), node.input(0).shape, node.output(0).shape
    if rows is None or old is None or new is None:
        return LOST
    before, behind = _product(old[: rows.axis]), _product(old[rows.axis + 1 :])
    places = [
        axis for axis in range(len(new))
        if before is not None and behind is not None
        and _product(new[:axis]) == before and _product(new[axis + 1 :]) == behind
    ]  # fmt: skip
    lanes = [lane for lane in rows.lanes if old[lane] != 1]
    if len(places) != 1 and old[rows.axis] in new:
        places = [axis for axis in places if new[axis] == old[rows.axis]]
    if len(places) != 1 or any(lane > rows.axis or tuple(new[: lane + 1]) != tuple(old[: lane + 1]) for lane in lanes):
        return LOST
    return replace(rows, axis=places[0], lanes=tuple(lanes))


def _product(sizes: Shape) -> Optional[int]:
    """None when a size is open."""
    product = 1
    for size in sizes or ():
        if not isinstance(size, int):
            return None
        product *= size
    return product


def _slice(node: Node, states: List[State]) -> State:
    rows, rank = _only_first(node, states), node.input(0).rank
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


def _split(node: Node, states: List[State]) -> State:
    rows, rank = _only_first(node, states), node.input(0).rank
    return rows if rows and rank and _axis(node, rank) not in (rows.axis, *rows.lanes) else LOST


def _concat(node: Node, states: List[State]) -> State:
    rank, first = node.output(0).rank, next((state for state in states if isinstance(state, Rows)), None)
    if rank is None or first is None:
        return LOST
    axis = _axis(node, rank)
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


def _expand(node: Node, states: List[State]) -> State:
    rows, old, new = _only_first(node, states), node.input(0).shape, node.output(0).rank
    if rows is None or old is None or new is None or old[rows.axis] == 1:
        return LOST
    return moved(rows, lambda axis: axis + new - len(old))


def _tile(node: Node, states: List[State]) -> State:
    rows, repeats = _only_first(node, states), known_integers(node.input(1))
    return rows if rows and repeats and all(repeats[axis] == 1 for axis in (rows.axis, *rows.lanes)) else LOST


def _matmul(node: Node, states: List[State]) -> State:
    rows, rank, right = _only_first(node, states), node.input(0).rank, node.input(1).rank
    return rows if rows and not rows.points and rank and right == 2 and rows.axis < rank - 1 else LOST


def _gather(node: Node, states: List[State]) -> State:
    data, indices, rank, inner = states[0], states[1], node.input(0).rank, node.input(1).rank
    if rank is None or inner is None:
        return LOST
    axis = _axis(node, rank)
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


def _gather_elements(node: Node, states: List[State]) -> State:
    data, indices, rank = states[0], states[1], node.input(0).rank
    if rank is None or not isinstance(indices, Rows) or not _fits(data, indices, _axis(node, rank)):
        return LOST
    return replace(indices, points=None) if indices.axis == _axis(node, rank) else LOST


def _gather_nd(node: Node, states: List[State]) -> State:
    indices, rank, batch = states[1], node.input(1).rank, int(node.attr("batch_dims", 0))
    if states[0] is not None or rank is None or not isinstance(indices, Rows) or indices.points:
        return LOST
    return indices if batch <= indices.axis < rank - 1 else LOST


def _nonzero(node: Node, states: List[State]) -> State:
    """Numbers of the rows that pass a test, in their order: an open order again, of fewer rows."""
    rows = states[0]
    if not isinstance(rows, Rows) or rows.lanes or rows.space.keys or node.input(0).rank != 1:
        return LOST
    return Rows(replace(rows.space, tensor=node.outputs[0]), 1, (), rows.space)


_ELEMENTWISE = (
    "Abs Add And BitwiseAnd BitwiseOr Cast CastLike Ceil Clip Div Equal Erf Exp Floor Greater GreaterOrEqual "
    "HardSigmoid Identity IsNaN LeakyRelu Less LessOrEqual Log Max Mean Min Mod Mul Neg Not Or Pow Reciprocal Relu "
    "Round Sigmoid Sign Sin Cos Softplus Sqrt Sub Sum Tanh Where Xor"
)
_REDUCTIONS = "ArgMax ArgMin ReduceL1 ReduceL2 ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum"

STEPS: Dict[str, Step] = {
    "Concat": _concat, "Expand": _expand, "Flatten": _reshape, "Gather": _gather, "GatherElements": _gather_elements,
    "GatherND": _gather_nd, "LayerNormalization": _along_another_axis, "LogSoftmax": _along_another_axis,
    "MatMul": _matmul, "NonZero": _nonzero, "Reshape": _reshape, "Shape": lambda node, states: None, "Slice": _slice,
    "Softmax": _along_another_axis,
    "Split": _split, "Squeeze": _squeeze, "Tile": _tile, "Transpose": _transpose, "Unsqueeze": _unsqueeze,
}  # fmt: skip
STEPS.update((name, _elementwise) for name in _ELEMENTWISE.split())
STEPS.update((name, _reduce) for name in _REDUCTIONS.split())
