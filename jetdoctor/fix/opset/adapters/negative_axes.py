"""Opset 11 let an axis count from the back; before, it counts from the front."""

from __future__ import annotations

from typing import Optional

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.recipes.gather import indices_from_start

_FLATTEN_DEFAULT = 1


@step("ArgMax ArgMin Concat Compress Flatten Hardmax LogSoftmax Softmax Split", 11)
def axis_counts_from_the_front(site: Site) -> None:
    count_from_the_front(site)


def count_from_the_front(site: Site) -> None:
    """Turn a negative ``axis`` attribute of the node into the axis that it means."""
    axis = site.attr("axis")
    if axis is not None and axis < 0:
        site.set("axis", axis + site.rank(site.input(0)))
        site.note("axis counted from the front")


@step("Gather", 11)
def gather_counts_from_the_front(site: Site) -> Optional[str]:
    """Constant indices are rewritten; those of the run time are left to the runtimes, which all wrap them."""
    count_from_the_front(site)
    indices = site.known(1)
    if indices is None or not (indices < 0).any():
        return None
    site.note("indices counted from the front")
    site.inputs(site.input(0), indices_from_start(site.view, site))
    return None


@step("OneHot", 11)
def one_hot_of_natural_numbers(site: Site) -> Optional[str]:
    """Before 11 a negative index hits nothing; from 11 on it counts from the back."""
    indices = site.known(0)
    if indices is not None and not (indices < 0).any():
        return None
    element = site.needed_element(site.input(0))
    depth = site.add("Cast", [site.input(1)], to=element)
    below = site.add("Less", [site.input(0), site.tensor([0], element)])
    wrapped = site.add("Where", [below, site.add("Add", [site.input(0), depth]), site.input(0)])
    # What is still negative hits nothing; runtimes wrap it nevertheless, so that it goes above the depth.
    still = site.add("Less", [wrapped, site.tensor([0], element)])
    wrapped = site.add("Where", [still, depth, wrapped])
    wrapped = site.add("Reshape", [wrapped, site.add("Shape", [site.input(0)])])
    return site.copied([wrapped] + list(site.node.input)[1:])
