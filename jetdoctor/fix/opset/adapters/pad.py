"""Pad: wrap mode (19), axes (18), pads and value from input to attribute (11)."""

from __future__ import annotations

from typing import Any, List, Optional

from jetdoctor.fix.opset.adapters.pad_gather import gathered
from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site

_INT32, _BOOL = 6, 9
#: What Pad takes below 11, and 0 for a type that is not known.
_FLOATS = (0, 1, 10, 11)


@step("Pad", 19)
def wrap_by_concatenation(site: Site) -> Optional[str]:
    if site.attr("mode", "constant") != "wrap":
        return None
    pads, rank, dims = site.known(1), site.rank(site.input(0)), site.dims(site.input(0)) or []
    axes = [int(axis) % rank for axis in site.known(3)] if site.known(3) is not None else range(rank)
    if pads is None or (site.input(3) and site.known(3) is None) or not _once_around(pads, axes, dims):
        return gathered_wherever(site)
    data, count = site.input(0), len(pads) // 2
    for index, axis in enumerate(axes):
        data = _wrapped(site, data, axis, int(pads[index]), int(pads[index + count]))
    return site.add("Identity", [data])


def _once_around(pads: Any, axes: Any, dims: List[Any]) -> bool:
    """Whether no axis is cropped, and none is padded by more than its own length."""
    count = len(pads) // 2
    pairs = [(int(pads[i]), int(pads[i + count]), dims[axis]) for i, axis in enumerate(axes)]
    return all(
        min(before, after) >= 0 and size is not None and max(before, after) <= size
        for before, after, size in pairs
    )


def _wrapped(site: Site, data: str, axis: int, before: int, after: int) -> str:
    parts = [data]
    if before:
        last = site.ints([-before]), site.ints([(1 << 31) - 1]), site.ints([axis])
        parts.insert(0, site.add("Slice", [data, *last]))
    if after:
        parts.append(site.add("Slice", [data, site.ints([0]), site.ints([after]), site.ints([axis])]))
    return site.add("Concat", parts, axis=axis) if len(parts) > 1 else data


def gathered_wherever(site: Site) -> str:
    """The Pad written out for pads, axes or sizes of the run time."""
    rank, axes, pads = site.rank(site.input(0)), site.known(3), site.input(1)
    if site.input(3) and axes is None:
        pads = _scattered(site, rank)
    places = list(range(rank)) if axes is None else [int(axis) % rank for axis in axes]
    mode = site.attr("mode", "constant")
    value = site.input(2) or site.tensor(0, site.needed_element(site.input(0)))
    return gathered(site, pads, places, mode, value)


@step("Pad", 18)
def pads_for_every_axis(site: Site) -> None:
    if not site.input(3):
        return
    rank, axes, pads = site.rank(site.input(0)), site.known(3), site.known(1)
    if axes is None:
        full = _scattered(site, rank)
    else:
        places = _places([int(axis) % rank for axis in axes], rank)
        if pads is not None:
            values = [0 if place is None else int(pads[place]) for place in places]
            full = site.ints(values)
        else:
            none = len(axes) * 2
            extended = site.add("Concat", [site.input(1), site.ints([0])], axis=0)
            index = site.ints(none if place is None else place for place in places)
            full = site.add("Gather", [extended, index], axis=0)
    site.note("pads for every axis instead of axes")
    kept = [site.input(0), full, site.input(2)]
    site.inputs(*(kept if kept[2] else kept[:2]))


def _places(axes: List[int], rank: int) -> List[Optional[int]]:
    """For each begin and end of every axis, the position in the given pads, None where there is none."""
    places: List[Optional[int]] = [None] * (2 * rank)
    for index, axis in enumerate(axes):
        places[axis], places[axis + rank] = index, index + len(axes)
    return places


def _scattered(site: Site, rank: int) -> str:
    """Pads of axes that are only known at run time, put into a vector of zeros."""
    import numpy as np

    axes = site.add("Cast", [site.input(3)], to=7)
    begins = site.add("Mod", [site.add("Add", [axes, site.ints([rank])]), site.ints([rank])])
    ends = site.add("Add", [begins, site.ints([rank])])
    index = site.add("Concat", [begins, ends], axis=0)
    return site.add(
        "ScatterElements", [site.constant(np.zeros(2 * rank, "int64")), index, site.input(1)], axis=0
    )


@step("Pad", 13)
def bool_as_integers(site: Site) -> Optional[str]:
    """Pad took numbers only before 13."""
    if site.element(site.input(0)) != _BOOL:
        return None
    names = list(site.node.input)
    for index in (0, 2):
        if site.input(index):
            names[index] = site.add("Cast", [site.input(index)], to=_INT32)
    return site.add("Cast", [site.copied(names)], to=_BOOL)


@step("Pad", 11)
def pads_to_attribute(site: Site) -> Optional[str]:
    pads, value = site.known(1), site.known(2)
    if pads is None or (site.input(2) and value is None) or site.element(site.input(0)) not in _FLOATS:
        site.needs(11)
        return gathered_wherever(site)
    site.inputs(site.input(0))
    site.set("pads", [int(pad) for pad in pads])
    if value is not None and value.size:
        site.set("value", float(value.reshape(-1)[0]))
    site.note("pads from input to attribute")
    return None
