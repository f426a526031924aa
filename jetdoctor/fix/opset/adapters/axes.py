"""Squeeze and Unsqueeze: axes from input to attribute at 13, counted from the front below 11."""

from __future__ import annotations

from typing import List, Optional

from jetdoctor.fix.opset.adapters.runtime_axes import squeezed, unsqueezed
from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site


@step("Squeeze Unsqueeze", 13)
def axes_to_attribute(site: Site) -> Optional[str]:
    if not site.input(1):
        return None
    axes = site.known(1)
    if axes is None:
        return unsqueezed(site) if site.node.op_type == "Unsqueeze" else squeezed(site)
    if axes.size == 0 and site.node.op_type == "Unsqueeze":
        return site.add("Identity", [site.input(0)])
    site.set("axes", _sorted(site, [int(axis) for axis in axes.reshape(-1)]))
    site.inputs(site.input(0))
    site.note("axes %s from input to attribute" % site.attr("axes"))
    return None


@step("Squeeze Unsqueeze", 11)
def axes_count_from_the_front(site: Site) -> None:
    axes = site.attr("axes", ())
    if any(axis < 0 for axis in axes):
        site.set("axes", sorted(axis % _full_rank(site, len(axes)) for axis in axes))
        site.note("axes counted from the front")


def _full_rank(site: Site, count: int) -> int:
    return site.rank(site.input(0)) + (count if site.node.op_type == "Unsqueeze" else 0)


def _sorted(site: Site, axes: List[int]) -> List[int]:
    """In rising order, which onnx's shape inference of these versions takes for granted."""
    if min(axes, default=0) < 0 <= max(axes, default=0):
        axes = [axis % _full_rank(site, len(axes)) for axis in axes]
    return sorted(axes)
