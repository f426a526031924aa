"""Conditions that ask whether a misreading matters: an ignored attribute that changes nothing is no finding.

Each takes the node as a family of parsers sees it and the row's value, and answers True, False or None for
"cannot be told from the file", like the other conditions of ``jetdoctor.facts.conditions``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Dict, Mapping, Optional, Sequence, Tuple

from jetdoctor.facts.activations import (
    activation_constants_misread,
    activation_constants_of_directions_differ,
    activation_unknown,
)
from jetdoctor.facts.deconvolution import (
    negative_pre_padding,
    output_shape_odd_padding,
    sizes_beside_auto_pad,
)
from jetdoctor.facts.signs import may_be_negative
from jetdoctor.graph import Node

if TYPE_CHECKING:
    from jetdoctor.facts.conditions import Answer, Seen


def reduced_axes(seen: Seen) -> Optional[Tuple[int, ...]]:
    """Axes of a reduction, from attribute or constant input; () when none are given, None if unknown."""
    node = seen.node
    axes = node.attr("axes")
    if axes is None:
        if not node.present(1):
            return ()
        array = seen.known(node.input(1))
        if array is None:
            return None
        axes = tuple(int(a) for a in array.reshape(-1))
    rank = node.input(0).rank
    return tuple(a + rank if a < 0 and rank else a for a in axes)


def axes_partial(seen: Seen, _: Any) -> Answer:
    """Whether the axes leave out an axis that matters (one not known to be of size 1 and kept)."""
    axes = reduced_axes(seen)
    if axes == ():
        return False
    shape = seen.node.input(0).shape
    if seen.node.present(1):
        lengths = seen.node.input(1).static_shape  # axes computed at run time still have a length
        count = lengths[0] if lengths else None
        if count == 0 or (count is not None and shape is not None and count == len(shape)):
            return False
    if axes is None or shape is None:
        return True
    left_out = [dim for axis, dim in enumerate(shape) if axis not in axes]
    if seen.node.attr("keepdims", 1):
        left_out = [dim for dim in left_out if dim != 1]
    return bool(left_out)


def not_divisible(seen: Seen, wanted: bool) -> Answer:
    node = seen.node
    shape = node.input(0).shape
    axis = node.attr("axis", 0)
    if shape is None or not -len(shape) <= axis < len(shape) or not isinstance(shape[axis], int):
        return None
    return (shape[axis] % max(len(node.outputs), 1) != 0) == wanted


def shape_slice(seen: Seen, _: Any) -> Answer:
    """Whether Shape's start/end leave out at least one dimension after clamping."""
    rank = seen.node.input(0).rank
    start, end = seen.node.attr("start", 0), seen.node.attr("end")
    if rank is None:
        return start != 0 or end is not None
    start = max(0, start + rank if start < 0 else start)
    end = rank if end is None else min(rank, end + rank if end < 0 else end)
    return start > 0 or end < rank


def ceil_window_in_padding(seen: Seen, _: Any) -> Answer:
    """Whether the last window of a ceil_mode pool would start at or after input plus begin padding."""
    node = seen.node
    shape, kernel = node.input(0).shape, node.attr("kernel_shape")
    if shape is None or kernel is None or len(shape) != len(kernel) + 2:
        return None
    count = len(kernel)
    if node.attr("auto_pad", "NOTSET") not in ("NOTSET", "VALID"):
        return False
    pads, strides, dilations = _windows(node, count)
    unknown = False
    for i in range(count):
        size = shape[i + 2]
        if not isinstance(size, int):
            unknown = True
            continue
        span = dilations[i] * (kernel[i] - 1) + 1
        outputs = -((pads[i] + size + pads[i + count] - span) // -strides[i]) + 1
        if (outputs - 1) * strides[i] >= size + pads[i]:
            return True
    return None if unknown else False


def split_uneven(seen: Seen, _: Any) -> Answer:
    """Whether a Split's constant sizes differ from equal parts (sizes computed at run time may)."""
    sizes = seen.array(1)
    return True if sizes is None else len({int(size) for size in sizes.reshape(-1)}) > 1


def softmax_flattened(seen: Seen, _: Any) -> Answer:
    """Whether flattening at the axis (default 1) differs from one axis (default the last)."""
    shape, axis = seen.node.input(0).shape, seen.node.attr("axis")
    if shape is None:
        return axis != -1
    meant = (-1 if axis is None else axis) % len(shape) if shape else 0
    start = (1 if axis is None else axis) % len(shape) if shape else 0
    return meant < start or any(dim != 1 for i, dim in enumerate(shape) if i >= start and i != meant)


def downsampling(seen: Seen, _: Any) -> Answer:
    """Whether a Resize makes some axis smaller, as far as is known; the filter acts only then."""
    node = seen.node
    scales = seen.array(2)
    if scales is not None and scales.size:
        return bool((scales < 1).any())
    before, after = node.input(0).shape, node.output(0).shape
    if before is None or after is None or len(before) != len(after):
        return True
    pairs = [(a, b) for a, b in zip(before, after) if a != b or a is None]
    return any(not (isinstance(a, int) and isinstance(b, int)) or b < a for a, b in pairs)


def pad_axes_matter(seen: Seen, _: Any) -> Answer:
    """Whether a Pad's axes are not simply the last ones in order, or its fourth input hides a constant value."""
    node = seen.node
    axes, rank, value = seen.array(3), node.input(0).rank, seen.array(2)
    if axes is None or rank is None:
        return True
    named = [int(a) % rank if rank else 0 for a in axes.reshape(-1)]
    if named != list(range(rank - len(named), rank)):  # shorter pads go to the trailing axes anyway
        return True
    constant = node.attr("mode", "constant") == "constant" and node.present(2)
    return constant and (value is None or bool((value != 0).any()))


def stops_by_condition(seen: Seen, _: Any) -> Answer:
    """Whether a Loop's body computes its own condition, so that it may stop before the trip count."""
    for body in seen.node.subgraphs:
        if not body.output_names:
            return False
        value = body.value(body.output_names[0]).behind(("Identity", "Cast"))
        if value.is_constant_expression():
            return False
        return not (len(body.input_names) > 1 and value.name == body.input_names[1])
    return None


def constant_not_zero(seen: Seen, _: Any) -> Answer:
    """Whether a Constant's value_int or value_ints is anything but what a misreading makes of it: 0, or empty."""
    node = seen.node
    return bool(node.attr("value_int")) if node.has_attr("value_int") else bool(node.attr("value_ints"))


def zero_in_shape(seen: Seen, _: Any) -> Answer:
    """Whether a Reshape's shape holds a 0, or may (it is computed)."""
    shape = seen.array(1)
    return True if shape is None else bool((shape == 0).any())


def leading_dim_not_one(seen: Seen, index: int) -> Answer:
    """Whether the first dimension is not known to be 1."""
    shape = seen.node.input(index).shape
    return None if not shape else shape[0] != 1


def ceil_changes_size(seen: Seen, _: Any) -> Answer:
    """Whether rounding a pool's output size up instead of down makes a difference for some axis."""
    node = seen.node
    shape, kernel = node.input(0).shape, node.attr("kernel_shape")
    if shape is None or kernel is None or len(shape) != len(kernel) + 2:
        return True
    count = len(kernel)
    pads, strides, dilations = _windows(node, count)
    spans = [dilations[i] * (kernel[i] - 1) + 1 for i in range(count)]
    for i, size in enumerate(shape[2:]):
        if not isinstance(size, int) or (size + pads[i] + pads[i + count] - spans[i]) % strides[i]:
            return True
    return False


def attr_odd(seen: Seen, wanted: Mapping[str, int]) -> Answer:
    """Whether integer attributes are odd; ``wanted`` gives their defaults."""
    return all(seen.node.attr(name, default) % 2 == 1 for name, default in wanted.items())


def more_channels_than(seen: Seen, count: int) -> Answer:
    """Whether axis 1 of the data is not known to have at most so many elements."""
    shape = seen.node.input(0).shape
    if shape is None or len(shape) < 2:
        return None
    return shape[1] > count if isinstance(shape[1], int) else True


def bounds_crossed(seen: Seen, _: Any) -> Answer:
    """Whether a Clip's constant minimum is above its constant maximum."""
    node = seen.node
    if node.opset < 11:
        low, high = node.attr("min"), node.attr("max")
        return None not in (low, high) and low > high
    if not (seen.weights(1) and seen.weights(2)):
        return False
    low, high = seen.array(1), seen.array(2)
    return None if low is None or high is None else bool((low > high).all())


def has_elements(seen: Seen, index: int) -> Answer:
    """Whether an output is not known to be empty: whatever is computed of nothing is nothing."""
    shape = seen.node.output(index).shape
    return shape is None or 0 not in shape


def _windows(node: Node, count: int) -> Tuple[Sequence[int], Sequence[int], Sequence[int]]:
    """Pads, strides and dilations of a pool, with their defaults."""
    return (
        node.attr("pads") or (0,) * (2 * count),
        node.attr("strides") or (1,) * count,
        node.attr("dilations") or (1,) * count,
    )


MATTERS: Dict[str, Callable[[Any, Any], Any]] = {
    "axes_partial": axes_partial,
    "not_divisible": not_divisible,
    "shape_slice": shape_slice,
    "ceil_window_in_padding": ceil_window_in_padding,
    "split_uneven": split_uneven,
    "softmax_flattened": softmax_flattened,
    "downsampling": downsampling,
    "pad_axes_matter": pad_axes_matter,
    "stops_by_condition": stops_by_condition,
    "constant_not_zero": constant_not_zero,
    "zero_in_shape": zero_in_shape,
    "leading_dim_not_one": leading_dim_not_one,
    "ceil_changes_size": ceil_changes_size,
    "attr_odd": attr_odd,
    "more_channels_than": more_channels_than,
    "bounds_crossed": bounds_crossed,
    "has_elements": has_elements,
    "may_be_negative": may_be_negative,
    "output_shape_odd_padding": output_shape_odd_padding,
    "negative_pre_padding": negative_pre_padding,
    "sizes_beside_auto_pad": sizes_beside_auto_pad,
    "activation_unknown": activation_unknown,
    "activation_constants_misread": activation_constants_misread,
    "activation_constants_of_directions_differ": activation_constants_of_directions_differ,
}
