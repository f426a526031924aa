"""GridSample, RoiAlign, DFT: renamed modes and moved parameters."""

from __future__ import annotations

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import CannotLower, Site

_GRID_MODES = {"linear": "bilinear", "cubic": "bicubic", "nearest": "nearest"}


@step("GridSample", 20)
def images_only(site: Site) -> None:
    """Before 20 GridSample samples images, [N, C, H, W], and its modes have the names of the plane."""
    dims = site.dims(site.input(0))
    if dims is not None and len(dims) != 4:
        raise CannotLower("a grid of %d axes; opset 19 samples two" % (len(dims) - 2))
    mode = site.attr("mode", "linear")
    site.set("mode", _GRID_MODES.get(mode, mode))
    site.note("mode %s" % site.attr("mode"))


@step("RoiAlign", 16)
def output_half_pixel(site: Site) -> None:
    """Before 16 there is only what 16 calls output_half_pixel; half_pixel shifts the boxes."""
    if site.attr("coordinate_transformation_mode", "half_pixel") != "output_half_pixel":
        raise CannotLower("coordinate_transformation_mode half_pixel; opset 15 does not shift the boxes")
    site.remove("coordinate_transformation_mode")


@step("DFT", 20)
def axis_to_attribute(site: Site) -> None:
    axis = int(site.needed(2, "the axis is").reshape(-1)[0]) if site.input(2) else -2
    if axis < 0:
        axis += site.rank(site.input(0))
    site.set("axis", axis)
    kept = [name for name in (site.input(0), site.input(1)) if name]
    site.inputs(*kept)
    site.note("axis %d from input to attribute" % axis)
