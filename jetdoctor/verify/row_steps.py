"""What one operator does to rows whose order is open: where they lie in its output, if they are still whole there."""

from __future__ import annotations

from dataclasses import replace
from typing import Dict, List, Optional

from jetdoctor.constants.partly_known import known_integers
from jetdoctor.graph import Node, Shape, Value
from jetdoctor.verify import row_choices
from jetdoctor.verify.open_rows import LOST, Rows, State, Step, axes_of, axis_of, moved, only_first


def step(node: Node, states: List[State]) -> State:
    """State of the first output of a node that reads at least one open order."""
    known = STEPS.get(node.op_type) if node.domain in ("", "ai.onnx") else None
    return known(node, states) if known is not None and LOST not in states else LOST


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
    rows, rank = only_first(node, states), node.input(0).rank
    if rows is None or rank is None:
        return LOST
    default = 1 if node.opset < 13 and node.op_type != "LayerNormalization" else -1
    return rows if axis_of(node, rank, default) > max((rows.axis,) + rows.lanes) else LOST


def _reduce(node: Node, states: List[State]) -> State:
    rows, rank = only_first(node, states), node.input(0).rank
    if rows is None or rank is None or rows.points:
        return LOST
    axes = (axis_of(node, rank),) if node.op_type in ("ArgMax", "ArgMin") else axes_of(node, rank)
    whole = axes == () and not node.attr("noop_with_empty_axes", 0) or set(axes or ()) == {*range(rank)}
    if whole and node.op_type in ("ReduceMax", "ReduceMin"):
        return None  # the largest of all is the same in any order
    if not axes or set(axes) & {rows.axis, *rows.lanes}:
        return LOST
    gone = () if node.attr("keepdims", 1) else axes
    return moved(rows, lambda axis: axis - sum(other < axis for other in gone))


def _transpose(node: Node, states: List[State]) -> State:
    rows, rank = only_first(node, states), node.input(0).rank
    if rows is None or rank is None:
        return LOST
    order = list(node.attr("perm") or reversed(range(rank)))
    return moved(rows, order.index)


def _squeeze(node: Node, states: List[State]) -> State:
    rows, shape = only_first(node, states), node.input(0).shape
    axes = axes_of(node, len(shape)) if shape is not None else None
    if rows is None or not axes:
        return LOST
    return moved(rows, lambda axis: None if axis in axes else axis - sum(other < axis for other in axes))


def _unsqueeze(node: Node, states: List[State]) -> State:
    rows, rank = only_first(node, states), node.output(0).rank
    axes = axes_of(node, rank) if rank is not None else None
    if rows is None or axes is None:
        return LOST
    kept = [axis for axis in range(rank or 0) if axis not in axes]
    return moved(rows, lambda axis: kept[axis])


def _reshape(node: Node, states: List[State]) -> State:
    """Rows stay where as many elements lie before and behind an axis of the new shape; lanes must keep their places."""
    rows, old, new = only_first(node, states), node.input(0).shape, node.output(0).shape
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


def _expand(node: Node, states: List[State]) -> State:
    rows, old, new = only_first(node, states), node.input(0).shape, node.output(0).rank
    if rows is None or old is None or new is None or old[rows.axis] == 1:
        return LOST
    return moved(rows, lambda axis: axis + new - len(old))


def _tile(node: Node, states: List[State]) -> State:
    rows, repeats = only_first(node, states), known_integers(node.input(1))
    return rows if rows and repeats and all(repeats[axis] == 1 for axis in (rows.axis, *rows.lanes)) else LOST


def _matmul(node: Node, states: List[State]) -> State:
    rows, rank, right = only_first(node, states), node.input(0).rank, node.input(1).rank
    return rows if rows and not rows.points and rank and right == 2 and rows.axis < rank - 1 else LOST


_ELEMENTWISE = (
    "Abs Add And BitwiseAnd BitwiseOr Cast CastLike Ceil Clip Div Equal Erf Exp Floor Greater GreaterOrEqual "
    "HardSigmoid Identity IsNaN LeakyRelu Less LessOrEqual Log Max Mean Min Mod Mul Neg Not Or Pow Reciprocal Relu "
    "Round Sigmoid Sign Sin Cos Softplus Sqrt Sub Sum Tanh Where Xor"
)
_REDUCTIONS = "ArgMax ArgMin ReduceL1 ReduceL2 ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum"

STEPS: Dict[str, Step] = {
    "Concat": row_choices.concat,
    "Expand": _expand,
    "Flatten": _reshape,
    "Gather": row_choices.gather,
    "GatherElements": row_choices.gather_elements,
    "GatherND": row_choices.gather_nd,
    "LayerNormalization": _along_another_axis,
    "LogSoftmax": _along_another_axis,
    "MatMul": _matmul,
    "NonZero": row_choices.nonzero,
    "Reshape": _reshape,
    "Shape": lambda node, states: None,
    "Slice": row_choices.slice_,
    "Softmax": _along_another_axis,
    "Split": row_choices.split,
    "Squeeze": _squeeze,
    "Tile": _tile,
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
}
STEPS.update((name, _elementwise) for name in _ELEMENTWISE.split())
STEPS.update((name, _reduce) for name in _REDUCTIONS.split())
