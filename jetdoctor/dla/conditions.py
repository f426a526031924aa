"""Conditions of rows about the DLA: what of a node its hardware does not do.

Each takes the node and the row's value and answers True, False, or None for "cannot be told from the file". A row of
section "dla" holds only when every condition of its ``when`` is True.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping, Optional, Sequence

from jetdoctor.dla import tensors
from jetdoctor.graph import Node

Answer = Optional[bool]

#: Kernels and strides of a transposed convolution that are taken although one side is above 32.
_COLUMNS = ((64, 1), (96, 1), (128, 1))


def numbers(node: Node, name: str) -> Optional[Sequence[int]]:
    """An attribute of a convolution or pooling as numbers, its default when it is not written; None when unknown."""
    value = node.attr(name)
    if value is not None:
        return value if isinstance(value, tuple) else (value,)
    if name == "kernel_shape":
        kernel = node.input(1).static_shape
        return None if kernel is None else kernel[2:]
    return (0,) if name == "pads" else (1,)


def outside(node: Node, bounds: Mapping[str, Sequence[int]]) -> Answer:
    """An attribute has a number outside of [lowest, highest]."""
    found = {name: numbers(node, name) for name in bounds}
    if any(v is not None and not all(bounds[n][0] <= x <= bounds[n][1] for x in v) for n, v in found.items()):
        return True
    return None if None in found.values() else False


def outside_but_columns(node: Node, bounds: Mapping[str, Sequence[int]]) -> Answer:
    """The same, where 64, 96 or 128 by 1 are taken as well."""
    columns = {name for name in bounds if tuple(numbers(node, name) or ()) in _COLUMNS}
    return outside(node, {name: bounds[name] for name in bounds if name not in columns})


def pads_reach_kernel(node: Node, _: Any) -> Answer:
    """A padding is not smaller than the kernel."""
    pads, kernel = numbers(node, "pads"), numbers(node, "kernel_shape")
    if not pads or not kernel:
        return None
    return any(pad >= kernel[index % len(kernel)] for index, pad in enumerate(pads) if pad)


def stride_is_not_kernel(node: Node, _: Any) -> Answer:
    """The stride differs from the kernel's size."""
    kernel, stride = numbers(node, "kernel_shape"), numbers(node, "strides")
    return None if kernel is None or stride is None else list(kernel) != list(stride) * (len(kernel) // len(stride))


def excludes_padding(node: Node, _: Any) -> Answer:
    """An average leaves padded places out (count_include_pad=0 with a padding)."""
    return not node.attr("count_include_pad", 0) and any(numbers(node, "pads") or ())


def output_channels_over(node: Node, limit: int) -> Answer:
    """A convolution makes more channels than that."""
    made = tensors.dim(node.output(0), 1)
    return None if made is None else made > limit


def attribute_not_in(node: Node, wanted: Mapping[str, Sequence[Any]]) -> Answer:
    """An attribute that is written has none of these values."""
    return any(node.has_attr(name) and node.attr(name) not in values for name, values in wanted.items())


def axis_is_not(node: Node, wanted: int) -> Answer:
    """The attribute ``axis``, counted from the end, is another one."""
    rank = node.input(0).rank
    if rank is None:
        return None
    axis = node.attr("axis", -1)
    return (axis if axis < 0 else axis - rank) != wanted


CONDITIONS: Dict[str, Callable[[Node, Any], Answer]] = {
    "outside": outside,
    "outside_but_columns": outside_but_columns,
    "pads_reach_kernel": pads_reach_kernel,
    "stride_is_not_kernel": stride_is_not_kernel,
    "excludes_padding": excludes_padding,
    "output_channels_over": output_channels_over,
    "attribute_not_in": attribute_not_in,
    "axis_is_not": axis_is_not,
}
CONDITIONS.update(tensors.CONDITIONS)


def holds(when: Mapping[str, Any], node: Node) -> bool:
    """Whether every condition of ``when`` is certainly true."""
    return all(CONDITIONS[key](node, value) is True for key, value in when.items())
