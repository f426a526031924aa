"""Squeeze and Unsqueeze: axes from input to attribute at 13, counted from the front below 11."""

from __future__ import annotations

from typing import Optional

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import CannotLower, Site


@step("Squeeze Unsqueeze", 13)
def axes_to_attribute(site: Site) -> Optional[str]:
    if not site.input(1):
        return None
    axes = site.constant(1)
    if axes is None:
        return _as_reshape(site)
    if axes.size == 0 and site.node.op_type == "Unsqueeze":
        return site.emit("Identity", [site.input(0)])
    site.inputs(site.input(0))
    site.set("axes", [int(axis) for axis in axes.reshape(-1)])
    site.note("axes %s from input to attribute" % site.attr("axes"))
    return None


def _as_reshape(site: Site) -> str:
    """Axes that only exist at run time: the output shape, where it is known, says the same."""
    dims = site.dims(site.output(0))
    if dims is None or dims.count(None) > 1 or 0 in dims:
        raise CannotLower("axes are computed at run time; opset %d wants a constant" % site.opset)
    return site.emit("Reshape", [site.input(0), site.ints(*(-1 if dim is None else dim for dim in dims))])


@step("Squeeze Unsqueeze", 11)
def axes_count_from_the_front(site: Site) -> None:
    axes = site.attr("axes", ())
    if any(axis < 0 for axis in axes):
        rank = site.rank(site.input(0)) + (len(axes) if site.node.op_type == "Unsqueeze" else 0)
        site.set("axes", sorted(axis % rank for axis in axes))
        site.note("axes counted from the front")
