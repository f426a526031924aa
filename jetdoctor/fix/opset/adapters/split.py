"""Split: num_outputs (18) as sizes, sizes from input to attribute (13)."""

from __future__ import annotations

from typing import List, Optional

from jetdoctor.fix.opset.registry import Replacement, step
from jetdoctor.fix.opset.site import Site
from jetdoctor.recipes.shapes import split_sizes


@step("Split", 18)
def num_outputs_to_sizes(site: Site) -> Optional[str]:
    """Below 18 a split without sizes is an equal one; with num_outputs the last part may be smaller."""
    count = site.attr("num_outputs")
    site.remove("num_outputs")
    if count is None or site.input(1):
        return None
    dims = site.dims(site.input(0))
    size = None if dims is None else dims[site.attr("axis", 0)]
    if size is not None and size % count == 0:
        return None
    site.inputs(site.input(0), split_sizes(site.view, site))
    site.note("num_outputs %d as sizes" % count)
    return None


@step("Split", 13)
def sizes_to_attribute(site: Site) -> Replacement:
    if not site.input(1):
        return None
    sizes = site.known(1)
    if sizes is None:
        return _as_slices(site)
    site.inputs(site.input(0))
    site.set("split", [int(size) for size in sizes])
    site.note("sizes %s from input to attribute" % site.attr("split"))
    return None


def _as_slices(site: Site) -> List[str]:
    """Sizes computed at run time: one Slice per output, from where the last one ended."""
    axis, start, parts = site.attr("axis", 0), site.ints([0]), []
    for index in range(len(site.node.output)):
        size = site.add("Gather", [site.input(1), site.ints([index])], axis=0)
        if site.element(site.input(1)) not in (0, 7):
            size = site.add("Cast", [size], to=7)
        end = site.add("Add", [start, size])
        parts.append(site.add("Slice", [site.input(0), start, end, site.ints([axis])]))
        start = end
    return parts
