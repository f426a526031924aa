"""Pad with amounts that are only known at run time: one Gather per axis, by indices that are computed."""

from __future__ import annotations

from typing import List, Tuple

from jetdoctor.fix.opset.adapters.numbers import (
    count_to,
    element_at,
    larger,
    number,
    shaped,
    size,
    smaller,
    within,
)
from jetdoctor.fix.opset.site import Site

_BOOL = 9


def gathered(site: Site, pads: str, axes: List[int], mode: str, value: str) -> str:
    """The data padded along ``axes`` by ``pads`` (begins, then ends); ``value`` is for mode constant."""
    data = site.input(0)
    for index, axis in enumerate(axes):
        before, after = (element_at(site, pads, index + half) for half in (0, len(axes)))
        start, kept, places = _places(site, size(site, data, axis), before, after)
        inner = _inside(site, places, kept, mode)
        found = site.add("Gather", [data, site.add("Add", [inner, start])], axis=axis)
        if mode == "constant":
            hit = site.add("Equal", [inner, places])
            hit = shaped(site, hit, *(-1 if i == axis else 1 for i in range(site.rank(data))))
            found = site.add("Where", [hit, found, value])
        data = found
    return str(site.add("Identity", [data])) if data == site.input(0) else data


def _places(site: Site, count: str, before: str, after: str) -> Tuple[str, str, str]:
    """Where the kept part starts, how long it is, and where each new element lies from there.

    A negative amount crops, before anything is added.
    """
    zero = number(site, 0)
    start = larger(site, site.add("Neg", [before]), zero)
    cut = larger(site, site.add("Neg", [after]), zero)
    kept = site.add("Sub", [site.add("Sub", [count, start]), cut])
    begin, end = larger(site, before, zero), larger(site, after, zero)
    total = site.add("Add", [site.add("Add", [kept, begin]), end])
    return start, kept, site.add("Sub", [count_to(site, total), begin])


def _inside(site: Site, places: str, kept: str, mode: str) -> str:
    """The element of the kept part that is seen at each place."""
    if mode == "wrap":
        return str(site.add("Mod", [places, kept]))
    if mode == "reflect":
        last = site.add("Sub", [kept, number(site, 1)])
        period = larger(site, site.add("Add", [last, last]), number(site, 1))
        back = site.add("Mod", [places, period])
        return smaller(site, back, site.add("Sub", [period, back]))
    return within(site, places, kept)
