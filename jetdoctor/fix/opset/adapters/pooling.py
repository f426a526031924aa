"""Pooling: rounding of the output size (22, 18, 10) and dilations (19, 18, 10)."""

from __future__ import annotations

from typing import List, NamedTuple, Optional

from jetdoctor.fix.opset.registry import Replacement, step
from jetdoctor.fix.opset.site import Site
from jetdoctor.rule import CannotRewrite

_FLOAT, _BYTES = 1, (2, 3)


class Axis(NamedTuple):
    """One spatial axis of a pooling: sizes and strides in pixels."""

    given: int
    found: int
    reach: int  # (kernel - 1) * dilation + 1
    stride: int
    begin: int
    end: int

    @property
    def rounded_up(self) -> int:
        """Output size with ceil_mode as opsets before 22 state it."""
        return -(-(self.given + self.begin + self.end - self.reach) // self.stride) + 1

    @property
    def rounded_down(self) -> int:
        return (self.given + self.begin + self.end - self.reach) // self.stride + 1

    @property
    def exact_end(self) -> int:
        """End padding that gives the output size without rounding up."""
        return max(0, (self.found - 1) * self.stride + self.reach - self.given - self.begin)


@step("AveragePool MaxPool LpPool", 22)
def window_in_the_padding(site: Site) -> None:
    """Since 22 a window that would start in the end padding is left out of the stated size."""
    axes = geometry(site) if site.attr("ceil_mode", 0) else None
    if axes and all(axis.rounded_down == axis.found for axis in axes):
        site.remove("ceil_mode")
        site.note("ceil_mode left out: it changes no size")
    elif axes and any(axis.rounded_up != axis.found for axis in axes) and not _counts_padding(site):
        _pad_at_the_end(site, axes)


@step("MaxPool", 12)
def largest_of_floats(site: Site) -> Replacement:
    """Before 12 MaxPool takes floats only, which hold 8 bits exactly."""
    element = site.element(site.input(0))
    if element not in _BYTES:
        return None
    found = site.copied([site.add("Cast", [site.input(0)], to=_FLOAT)])
    values, *indices = [found] if isinstance(found, str) else found
    return [site.add("Cast", [values], to=element)] + indices


@step("MaxPool", 10)
def without_dilations(site: Site) -> Optional[str]:
    """Before 10 a window has no holes: its pixels are gathered, and the largest is taken, axis by axis."""
    if all(dilation == 1 for dilation in site.attr("dilations", ())):
        without_ceil_mode(site)
        return None
    axes, data = geometry(site), site.input(0)
    if axes is None or site.output(1):
        raise CannotRewrite("dilations with sizes that are not known, or with indices")
    ends = [axis.exact_end for axis in axes]
    pads = [0, 0] + [axis.begin for axis in axes] + [0, 0] + ends
    data = site.add("Pad", [data], pads=pads, value=float("-inf"))
    for number, (axis, step_) in enumerate(zip(axes, site.attr("dilations"))):
        window = range(0, axis.reach, step_)
        places = [[start * axis.stride + offset for offset in window] for start in range(axis.found)]
        data = site.add("Gather", [data, site.tensor(places, 7)], axis=number + 2)
        data = site.add("ReduceMax", [data], axes=[number + 3], keepdims=0)
    return str(data)


@step("AveragePool", 10)
def without_ceil_mode(site: Site) -> None:
    """Before 10 (LpPool: 18) the output size is rounded down."""
    if all(dilation == 1 for dilation in site.attr("dilations", ())):
        site.remove("dilations")
    if not site.attr("ceil_mode", 0):
        return
    axes = geometry(site)
    if axes is None:
        raise CannotRewrite("ceil_mode with sizes that are not known; opset %d rounds down" % site.opset)
    if _counts_padding(site) and any(axis.exact_end > axis.end for axis in axes):
        raise CannotRewrite("ceil_mode with count_include_pad; opset %d rounds down" % site.opset)
    _pad_at_the_end(site, axes)


def _counts_padding(site: Site) -> bool:
    return site.node.op_type == "AveragePool" and bool(site.attr("count_include_pad", 0))


def _pad_at_the_end(site: Site, axes: List[Axis]) -> None:
    ends = [axis.exact_end for axis in axes]
    if any(axis.exact_end >= axis.reach for axis in axes):
        raise CannotRewrite("ceil_mode needs padding as large as the window")
    site.set("pads", [axis.begin for axis in axes] + ends)
    site.remove("ceil_mode")
    site.note("ceil_mode as padding %s at the end" % ends)


def geometry(site: Site) -> Optional[List[Axis]]:
    """Geometry per spatial axis; None when a size is unknown or the padding is automatic."""
    given, found = site.dims(site.input(0)), site.dims(site.output(0))
    if site.attr("auto_pad", "NOTSET") != "NOTSET" or not given or not found or None in given[2:] + found[2:]:
        return None
    kernel = site.attr("kernel_shape")
    ones, count = [1] * len(kernel), len(kernel)
    strides, dilations = site.attr("strides", ones), site.attr("dilations", ones)
    pads = site.attr("pads", [0] * (2 * count))
    return [
        Axis(
            given[i + 2] or 0,
            found[i + 2] or 0,
            (kernel[i] - 1) * dilations[i] + 1,
            strides[i],
            pads[i],
            pads[i + count],
        )
        for i in range(count)
    ]
