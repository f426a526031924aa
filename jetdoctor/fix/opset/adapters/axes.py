"""Squeeze and Unsqueeze: axes from input to attribute at 13, counted from the front below 11."""

from __future__ import annotations

from typing import Optional

from jetdoctor.fix.opset.adapters.runtime_axes import squeezed, unsqueezed
from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site


@step("Squeeze Unsqueeze", 13)
def axes_to_attribute(site: Site) -> Optional[str]:
    if not site.input(1):
        return None
    axes = site.constant(1)
    if axes is None:
        return unsqueezed(site) if site.node.op_type == "Unsqueeze" else squeezed(site)
    if axes.size == 0 and site.node.op_type == "Unsqueeze":
        return site.emit("Identity", [site.input(0)])
    site.inputs(site.input(0))
    site.set("axes", [int(axis) for axis in axes.reshape(-1)])
    site.note("axes %s from input to attribute" % site.attr("axes"))
    return None


@step("Squeeze Unsqueeze", 11)
def axes_count_from_the_front(site: Site) -> None:
    axes = site.attr("axes", ())
    if any(axis < 0 for axis in axes):
        rank = site.rank(site.input(0)) + (len(axes) if site.node.op_type == "Unsqueeze" else 0)
        site.set("axes", sorted(axis % rank for axis in axes))
        site.note("axes counted from the front")
