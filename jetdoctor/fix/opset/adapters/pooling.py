"""Pooling: rounding of the output size (22, 18, 10) and dilations (19, 18, 10)."""

from __future__ import annotations

from typing import Optional

from jetdoctor.fix.opset.registry import Replacement, step
from jetdoctor.fix.opset.site import Site
from jetdoctor.recipes.pooling import dilated_pool, geometry, is_dilated, rounded_down

_FLOAT, _BYTES = 1, (2, 3)


@step("AveragePool MaxPool LpPool", 22)
def window_in_the_padding(site: Site) -> None:
    """Since 22 a window that would start in the end padding is left out of the stated size."""
    axes = geometry(site.view) if site.attr("ceil_mode", 0) else None
    if axes and all(axis.rounded_down == axis.windows for axis in axes):
        site.remove("ceil_mode")
        site.note("ceil_mode removed: it changes no size")
    elif axes and any(axis.rounded_up != axis.windows for axis in axes):
        _round_down(site)


@step("MaxPool", 12)
def largest_of_floats(site: Site) -> Replacement:
    """Before 12 MaxPool takes floats only, which hold 8 bits exactly."""
    element = site.element(site.input(0))
    if element not in _BYTES:
        return None
    found = site.copied([site.add("Cast", [site.input(0)], to=_FLOAT)])
    values, *indices = [found] if isinstance(found, str) else found
    return [site.add("Cast", [values], to=element)] + indices


@step("AveragePool", 19)
@step("LpPool", 18)
def without_holes(site: Site) -> Optional[str]:
    """Before 19 (LpPool: 18) only the windows of MaxPool have holes."""
    if is_dilated(site.view):
        return dilated_pool(site.view, site)
    site.remove("dilations")
    if site.node.op_type == "LpPool":
        without_ceil_mode(site)
    return None


@step("MaxPool", 10)
def without_dilations(site: Site) -> Optional[str]:
    """Before 10 no window has holes."""
    if is_dilated(site.view):
        return dilated_pool(site.view, site)
    without_ceil_mode(site)
    return None


@step("AveragePool", 10)
def without_ceil_mode(site: Site) -> None:
    """Before 10 (LpPool: 18) the output size is rounded down."""
    if all(dilation == 1 for dilation in site.attr("dilations", ())):
        site.remove("dilations")
    if not site.attr("ceil_mode", 0):
        return
    _round_down(site)


def _round_down(site: Site) -> None:
    data, changed = rounded_down(site.view, site)
    site.inputs(data)
    for name, value in changed.items():
        if value is None:
            site.remove(name)
        else:
            site.set(name, value)
    site.note("ceil_mode as padding %s" % changed["pads"])
