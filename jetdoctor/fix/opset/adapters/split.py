"""Split: num_outputs (18) as sizes, sizes from input to attribute (13)."""

from __future__ import annotations

from typing import List, Optional

from jetdoctor.fix.opset.registry import Replacement, step
from jetdoctor.fix.opset.site import Site


@step("Split", 18)
def num_outputs_to_sizes(site: Site) -> Optional[str]:
    """Below 18 a split without sizes is an equal one; with num_outputs the last part may be smaller."""
    count = site.attr("num_outputs")
    site.remove("num_outputs")
    if count is None or site.input(1):
        return None
    dims, axis = site.dims(site.input(0)), site.attr("axis", 0)
    size = None if dims is None else dims[axis]
    if size is None:
        sizes = _sizes_at_run_time(site, count, axis)
    elif size % count == 0:
        return None
    else:
        part = -(-size // count)
        sizes = site.ints([*[part] * (count - 1), size - part * (count - 1)])
    site.inputs(site.input(0), sizes)
    site.note("num_outputs %d as sizes" % count)
    return None


def _sizes_at_run_time(site: Site, count: int, axis: int) -> str:
    size = site.add("Gather", [site.add("Shape", [site.input(0)]), site.ints([axis])], axis=0)
    rounded = site.add("Add", [size, site.ints([count - 1])])
    part = site.add("Div", [rounded, site.ints([count])])
    rest = site.add("Sub", [size, site.add("Mul", [part, site.ints([count - 1])])])
    return site.add("Concat", [part] * (count - 1) + [rest], axis=0)


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
