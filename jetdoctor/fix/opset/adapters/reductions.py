"""Reductions: axes from input to attribute (ReduceSum at 13, the others at 18)."""

from __future__ import annotations

from typing import Optional

from jetdoctor.fix.opset.adapters.runtime_axes import reduced
from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.recipes.shapes import without_axes
from jetdoctor.rule import CannotRewrite


@step(
    "ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSumSquare",
    18,
)
@step("ReduceSum", 13)
def axes_to_attribute(site: Site) -> Optional[str]:
    axes = site.known(1)
    if axes is None and site.input(1):
        return reduced(site)
    if axes is None or axes.size == 0:
        if site.attr("noop_with_empty_axes", 0):
            return without_axes(site.view, site)
    else:
        site.set("axes", [int(axis) for axis in axes.reshape(-1)])
        site.note("axes %s from input to attribute" % site.attr("axes"))
    site.remove("noop_with_empty_axes")
    site.inputs(site.input(0))
    return None


@step("ReduceMax ReduceMin", 20)
def truth_as_integers(site: Site) -> Optional[str]:
    """Opset 20 added bool: false < true holds for 0 and 1 as well."""
    if site.element(site.input(0)) != 9:
        return None
    numbers = site.add("Cast", [site.input(0)], to=2)
    reduced = site.copied([numbers] + list(site.node.input)[1:])
    return site.add("Cast", [reduced], to=9)


@step(
    "ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd "
    "ReduceSum ReduceSumSquare",
    11,
)
def axes_count_from_the_front(site: Site) -> None:
    axes = site.attr("axes", ())
    if any(axis < 0 for axis in axes):
        rank = site.rank(site.input(0))
        if not rank:
            raise CannotRewrite("a scalar has no axes")
        site.set("axes", sorted(axis % rank for axis in axes))
        site.note("axes counted from the front")
