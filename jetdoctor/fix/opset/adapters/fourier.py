"""DFT: the axis from input to attribute (20)."""

from __future__ import annotations

from typing import Optional

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site

_INT64 = 7


@step("DFT", 20)
def axis_to_attribute(site: Site) -> Optional[str]:
    found = site.known(2)
    if site.input(2) and found is None:
        return _with_axis_in_the_middle(site)
    axis = -2 if found is None else int(found.reshape(-1)[0])
    if axis < 0:
        axis += site.rank(site.input(0))
    site.set("axis", axis)
    kept = [name for name in (site.input(0), site.input(1)) if name]
    site.inputs(*kept)
    site.note("axis %d from input to attribute" % axis)
    return None


def _with_axis_in_the_middle(site: Site) -> str:
    """An axis of the run time: reshaped to [what is before, axis, what is after, 1 or 2] and back."""
    data, rank = site.input(0), site.rank(site.input(0))
    axis = site.reshape(site.input(2), [1])
    if site.element(axis) != _INT64:
        axis = site.add("Cast", [axis], to=_INT64)
    axis = site.add("Mod", [axis, site.ints([rank])])
    shape, following = site.add("Shape", [data]), site.add("Add", [axis, site.ints([1])])
    before = site.add("Slice", [shape, site.ints([0]), axis])
    after = site.add("Slice", [shape, following, site.ints([-1])])
    outer = [site.add("ReduceProd", [sizes], keepdims=1) for sizes in (before, after)]
    length = site.add("Slice", [shape, axis, following])
    sizes = site.add("Concat", [outer[0], length, outer[1], _last(site, shape)], axis=0)
    known = [None, None, None, (site.dims(data) or [None])[-1]]
    flat = site.stated(site.add("Reshape", [data, sizes], allowzero=1), site.needed_element(data), known)
    kept = [name for name in (flat, site.input(1)) if name]
    found = site.copied(kept, axis=1)
    sizes = site.add("Shape", [found])
    parts = [before, site.add("Slice", [sizes, site.ints([1]), site.ints([2])]), after, _last(site, sizes)]
    # A length of 0 is one: the inverse of a single number.
    return str(site.add("Reshape", [found, site.add("Concat", parts, axis=0)], allowzero=1))


def _last(site: Site, sizes: str) -> str:
    return str(site.add("Gather", [sizes, site.ints([-1])], axis=0))
