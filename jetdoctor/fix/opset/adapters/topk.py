"""TopK: smallest and unsorted at 11, k from input to attribute at 10."""

from __future__ import annotations

from typing import List, Optional

from jetdoctor.fix.opset.adapters.negative_axes import count_from_the_front
from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.recipes.arithmetic import smallest_of_the_negated
from jetdoctor.rule import CannotRewrite


@step("TopK", 11)
def largest_alone(site: Site) -> Optional[List[str]]:
    """Before 11 TopK returns the largest, sorted: a legal order for sorted=0 too."""
    count_from_the_front(site)
    site.remove("sorted")
    if site.attr("largest", 1):
        site.remove("largest")
        return None
    site.note("the largest of the negated values")
    return list(smallest_of_the_negated(site.view, site))


@step("TopK", 10)
def k_to_attribute(site: Site) -> Optional[List[str]]:
    k = site.known(1)
    if k is None:
        return _first_of_all(site)
    site.inputs(site.input(0))
    site.set("k", int(k.reshape(-1)[0]))
    site.note("k from input to attribute")
    return None


def _first_of_all(site: Site) -> List[str]:
    """k of the run time: the whole axis in order, and the first k of it."""
    dims, axis = site.dims(site.input(0)), site.attr("axis", -1)
    if dims is None or dims[axis] is None:
        raise CannotRewrite("k is computed at run time, for an axis of unknown size")
    site.needs(11)
    k = site.add("Reshape", [site.input(1), site.ints([])])
    everything = site.add("TopK", [site.input(0), site.ints([dims[axis]])], 2, axis=axis)
    return [site.add("Gather", [name, site.count_to(k)], axis=axis) for name in everything]
