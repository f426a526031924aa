"""RoiAlign whose boxes are shifted by half a pixel (16)."""

from __future__ import annotations

from typing import Optional

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.recipes.roi_align import roi_align


@step("RoiAlign", 16)
def output_half_pixel(site: Site) -> Optional[str]:
    """Before 16 there is only what 16 calls output_half_pixel, which makes boxes of a pixel at least."""
    if site.attr("coordinate_transformation_mode", "half_pixel") != "output_half_pixel":
        return roi_align(site.view, site)
    site.remove("coordinate_transformation_mode")
    return None
