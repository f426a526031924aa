"""Conditions of rows about the DLA: what of a node its hardware does not do.

A row of section "dla" holds only when every condition of its ``when`` is certainly true.
"""

from __future__ import annotations

from typing import Dict, Mapping, Optional, Sequence, Tuple, Type

from jetdoctor.dla import tensors
from jetdoctor.dla.layer import OfLayer
from jetdoctor.facts.condition import Answer, BadCondition
from jetdoctor.facts.schema import COUNT, FLAG, INTEGER, NUMBER, SCALAR, array, by_name
from jetdoctor.facts.seen import Seen
from jetdoctor.graph import Node

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
    """Whether an attribute has a number outside of [lowest, highest]."""
    found = {name: numbers(node, name) for name in bounds}
    if any(v is not None and not all(bounds[n][0] <= x <= bounds[n][1] for x in v) for n, v in found.items()):
        return True
    return None if None in found.values() else False


class Outside(OfLayer):
    """An attribute has a number outside of [lowest, highest]."""

    takes = {"outside": by_name(array(NUMBER))}

    def at(self, node: Node) -> Answer:
        return outside(node, self.value)

    def said(self) -> str:
        return " or ".join("%s has a number outside of %s" % (n, list(b)) for n, b in self.value.items())


class OutsideButColumns(OfLayer):
    """An attribute has a number outside of [lowest, highest] and is not 64, 96 or 128 by 1, which are taken as well."""

    takes = {"outside_but_columns": by_name(array(NUMBER))}

    def at(self, node: Node) -> Answer:
        columns = {name for name in self.value if tuple(numbers(node, name) or ()) in _COLUMNS}
        return outside(node, {name: self.value[name] for name in self.value if name not in columns})

    def said(self) -> str:
        return " or ".join(
            "%s has a number outside of %s and is not a column of 64, 96 or 128" % (n, list(b))
            for n, b in self.value.items()
        )


class PadsReachKernel(OfLayer):
    """A padding is not smaller than the kernel."""

    takes = {"pads_reach_kernel": FLAG}

    def at(self, node: Node) -> Answer:
        pads, kernel = numbers(node, "pads"), numbers(node, "kernel_shape")
        if not pads or not kernel:
            return None
        return any(pad >= kernel[index % len(kernel)] for index, pad in enumerate(pads) if pad)

    def said(self) -> str:
        return "the padding is as large as the kernel or larger"


class StrideIsNotKernel(OfLayer):
    """The stride differs from the kernel's size."""

    takes = {"stride_is_not_kernel": FLAG}

    def at(self, node: Node) -> Answer:
        kernel, stride = numbers(node, "kernel_shape"), numbers(node, "strides")
        return None if kernel is None or stride is None else list(kernel) != list(stride) * (len(kernel) // len(stride))

    def said(self) -> str:
        return "the stride differs from the kernel's size"


class ExcludesPadding(OfLayer):
    """An average leaves padded places out (count_include_pad=0 with a padding)."""

    takes = {"excludes_padding": FLAG}

    def at(self, node: Node) -> Answer:
        return not node.attr("count_include_pad", 0) and any(numbers(node, "pads") or ())

    def said(self) -> str:
        return "the average excludes the padding"


class OutputChannelsOver(OfLayer):
    """A convolution makes more channels than that."""

    takes = {"output_channels_over": COUNT}

    def at(self, node: Node) -> Answer:
        made = tensors.dim(node.output(0), 1)
        return None if made is None else made > self.value

    def said(self) -> str:
        return "the output has more than %d channels" % self.value


class AttributeNotIn(OfLayer):
    """An attribute that is written has none of these values."""

    takes = {"attribute_not_in": by_name(array(SCALAR))}

    def at(self, node: Node) -> Answer:
        return any(node.has_attr(name) and node.attr(name) not in values for name, values in self.value.items())

    def said(self) -> str:
        return " or ".join("%s is not one of %s" % (n, list(v)) for n, v in self.value.items())


class AxisIsNot(OfLayer):
    """The attribute ``axis``, counted from the end, is another one."""

    takes = {"axis_is_not": INTEGER}

    def at(self, node: Node) -> Answer:
        rank = node.input(0).rank
        if rank is None:
            return None
        axis = node.attr("axis", -1)
        return (axis if axis < 0 else axis - rank) != self.value

    def said(self) -> str:
        return "axis is not %d" % self.value


def classes() -> Tuple[Type[OfLayer], ...]:
    """Every condition of rows about the DLA, those of this file first."""
    places = (globals(), vars(tensors))
    found = [
        v for place in places for v in place.values() if isinstance(v, type) and issubclass(v, OfLayer) and v.takes
    ]
    return tuple(found)


_BY_KEY: Dict[str, Type[OfLayer]] = {found.key(): found for found in classes()}


def conditions(when: Mapping[str, object]) -> Tuple[OfLayer, ...]:
    """The conditions of a ``when``; BadCondition names the key that nothing understands, or whose value is none."""
    for key in when:
        if key not in _BY_KEY:
            raise BadCondition(key, "no condition of that name")
    return tuple(_BY_KEY[key]({key: value}) for key, value in when.items())


def holds(when: Mapping[str, object], node: Node) -> bool:
    """Whether every condition of ``when`` is certainly true."""
    return all(one.holds(Seen(node)) is True for one in conditions(when))
