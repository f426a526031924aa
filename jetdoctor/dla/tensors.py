"""Conditions of rows about the DLA that speak of tensors: ranks, sizes, types, and what is known before a run."""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping, Optional, Sequence

from jetdoctor.graph import Node, Value

Answer = Optional[bool]


def dim(value: Value, axis: int) -> Optional[int]:
    """A dimension as a number; None when it is symbolic, unknown or not there."""
    shape = value.shape
    size = shape[axis] if shape is not None and -len(shape) <= axis < len(shape) else None
    return size if isinstance(size, int) else None


def data(node: Node) -> Sequence[Value]:
    """Inputs that are not known before a run."""
    given = [node.input(index) for index, name in enumerate(node.inputs) if name]
    return [value for value in given if not value.is_constant_expression()]


def rank_is_not(node: Node, ranks: Sequence[int]) -> Answer:
    """The first input has another rank."""
    rank = node.input(0).rank
    return None if rank is None else rank not in ranks


def output_rank_is_not(node: Node, ranks: Sequence[int]) -> Answer:
    """The result has another rank."""
    rank = node.output(0).rank
    return None if rank is None else rank not in ranks


def batch_over(node: Node, limit: int) -> Answer:
    """The product of the dimensions before channel, height and width is larger."""
    for value in [*data(node), node.output(0)]:
        product = 1
        for size in (value.shape or ())[:-3]:
            product *= size if isinstance(size, int) else 1
        if product > limit:
            return True
    return False


def size_over(node: Node, limit: int) -> Answer:
    """Channel, height or width of a tensor is larger."""
    values = [*data(node), node.output(0)]
    return any(isinstance(size, int) and size > limit for value in values for size in (value.shape or ())[-3:][:3])


def data_type_in(node: Node, types: Sequence[str]) -> Answer:
    """Data that is not constant, or the result, has one of these element types."""
    return any(value.dtype in types for value in [*data(node), node.output(0)])


def run_time_input(node: Node, index: int) -> Answer:
    """An input is given and is computed at run time."""
    return node.present(index) and not node.input(index).is_constant_expression()


def input_present(node: Node, index: int) -> Answer:
    """An input is given and not empty."""
    return node.present(index) and node.input(index).static_shape != (0,)


def inputs_below(node: Node, count: int) -> Answer:
    """There are fewer inputs."""
    return len(node.inputs) < count


def constant_operand(node: Node, _: Any) -> Answer:
    """An operand of an elementwise operator is constant and not one number, or one for each channel."""
    constants = [node.input(i) for i in range(len(node.inputs)) if node.input(i).is_constant_expression()]
    return any(sum(size != 1 for size in value.static_shape or ()) > 1 for value in constants)


def batch_changes(node: Node, _: Any) -> Answer:
    """The first dimension is not the same before and after."""
    before, after = dim(node.input(0), 0), dim(node.output(0), 0)
    return None if before is None or after is None else before != after


def softmax_longer_than(node: Node, limits: Mapping[str, int]) -> Answer:
    """The axis is longer than ``alone`` when the other dimensions are 1, than ``among`` otherwise."""
    shape = node.input(0).static_shape
    axis = node.attr("axis", 1 if node.opset < 13 else -1)
    if shape is None or not -len(shape) <= axis < len(shape):
        return None
    others = [size for index, size in enumerate(shape) if index not in (0, axis % len(shape))]
    return shape[axis] > limits["among" if any(size != 1 for size in others) else "alone"]


def scale_outside(node: Node, highest: Mapping[str, int]) -> Answer:
    """A Resize scales batch or channels, or height or width by no whole number from 1 to that of its mode."""
    before, after = node.input(0).static_shape, node.output(0).static_shape
    if before is None or after is None or len(before) != 4 or 0 in before:
        return None
    if before[:2] != after[:2]:
        return True
    most = highest.get(node.attr("mode", "nearest"), 0)
    return any(b % a or not 1 <= b // a <= most for a, b in zip(before[2:], after[2:]))


def resize_is_not(node: Node, forms: Sequence[Sequence[str]]) -> Answer:
    """Mode, coordinates and (for nearest) rounding of a Resize are none of these."""
    if node.op_type == "Upsample":
        form = [node.attr("mode", "nearest"), "asymmetric", "floor"]
    else:
        form = [
            node.attr("mode", "nearest"),
            node.attr("coordinate_transformation_mode", "half_pixel" if node.opset >= 11 else "asymmetric"),
            node.attr("nearest_mode", "round_prefer_floor" if node.opset >= 11 else "floor"),
        ]
    return not any(form[: len(known)] == list(known) for known in forms)


def slice_steps_or_batch(node: Node, _: Any) -> Answer:
    """A Slice has a step other than 1 or cuts the first dimension."""
    steps = node.input(4).array() if node.present(4) else None
    if steps is not None and (steps != 1).any():
        return True
    return batch_changes(node, None)


CONDITIONS: Dict[str, Callable[[Node, Any], Answer]] = {
    "rank_is_not": rank_is_not,
    "output_rank_is_not": output_rank_is_not,
    "batch_over": batch_over,
    "size_over": size_over,
    "data_type_in": data_type_in,
    "run_time_input": run_time_input,
    "input_present": input_present,
    "inputs_below": inputs_below,
    "constant_operand": constant_operand,
    "batch_changes": batch_changes,
    "softmax_longer_than": softmax_longer_than,
    "scale_outside": scale_outside,
    "resize_is_not": resize_is_not,
    "slice_steps_or_batch": slice_steps_or_batch,
}
