"""Pad: wrap mode (19), axes (18), pads and value from input to attribute (11)."""

from __future__ import annotations

from typing import Optional

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.recipes.pad import pad_by_parts, pads_of_every_axis, wraps_once
from jetdoctor.recipes.pad_open import pad_by_gather

_INT32, _BOOL = 6, 9
#: What Pad takes below 11, and 0 for a type that is not known.
_FLOATS = (0, 1, 10, 11)


@step("Pad", 19)
def wrap_by_concatenation(site: Site) -> Optional[str]:
    if site.attr("mode", "constant") != "wrap":
        return None
    return (pad_by_parts if wraps_once(site.view, site) else pad_by_gather)(site.view, site)


@step("Pad", 18)
def pads_for_every_axis(site: Site) -> None:
    if not site.input(3):
        return
    full = pads_of_every_axis(site.view, site)
    site.note("pads for every axis instead of axes")
    kept = [site.input(0), full, site.input(2)]
    site.inputs(*(kept if kept[2] else kept[:2]))


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
        return pad_by_gather(site.view, site)
    site.inputs(site.input(0))
    site.set("pads", [int(pad) for pad in pads])
    if value is not None and value.size:
        site.set("value", float(value.reshape(-1)[0]))
    site.note("pads from input to attribute")
    return None
