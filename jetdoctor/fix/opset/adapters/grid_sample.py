"""GridSample over other than two axes, and by other names of its modes (20)."""

from __future__ import annotations

from typing import Optional

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.recipes.grid_sample import OLDER_MODES, grid_sample


@step("GridSample", 20)
def images_only(site: Site) -> Optional[str]:
    """Before 20 GridSample samples images, [N, C, H, W], and its modes have the names of the plane."""
    dims = site.dims(site.input(0))
    if dims is not None and len(dims) != 4:
        return grid_sample(site.view, site)
    mode = site.attr("mode", "linear")
    site.set("mode", OLDER_MODES.get(mode, mode))
    site.note("mode %s" % site.attr("mode"))
    return None
