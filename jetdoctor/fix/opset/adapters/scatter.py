"""Scatters with a reduction: add and mul came with opset 16, max and min with 18."""

from __future__ import annotations

from typing import Optional

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.recipes.scatter import scatter


@step("ScatterElements ScatterND", 18)
def extremes(site: Site) -> Optional[str]:
    return scatter(site.view, site) if site.attr("reduction", "none") in ("max", "min") else None


@step("ScatterElements ScatterND", 16)
def reductions(site: Site) -> Optional[str]:
    if site.attr("reduction", "none") != "none":
        return scatter(site.view, site)
    site.remove("reduction")
    return None
