"""Resize: aspect ratio policy and axes (18), empty roi and scales (13), the fixed form of 10, Upsample (9)."""

from __future__ import annotations

from typing import Any, Optional

from jetdoctor.fix.opset.adapters.resize_sizes import aspect_as_scale, static_scales
from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.recipes.resize_axes import for_every_axis
from jetdoctor.recipes.resize_open import resize
from jetdoctor.rule import CannotRewrite


@step("Resize", 19)
def without_symmetric_pixels(site: Site) -> Optional[str]:
    """half_pixel_symmetric differs from half_pixel only where the output size had to be rounded."""
    if site.attr("coordinate_transformation_mode", "half_pixel") != "half_pixel_symmetric":
        return None
    given, found = site.dims(site.input(0)), site.dims(site.output(0))
    scales = site.known(2)
    exact = scales is None and bool(site.input(3))
    if scales is not None and given and found and None not in given + found:
        exact = (
            not site.input(4)
            and site.attr("axes") is None
            and all(size * float(scale) == out for size, scale, out in zip(given, scales, found))
        )
    if not exact:
        return _decomposed(site)
    site.set("coordinate_transformation_mode", "half_pixel")
    site.note("half_pixel_symmetric is half_pixel where no size is rounded")
    return None


@step("Resize", 18)
def full_rank_without_antialias(site: Site) -> Optional[str]:
    if site.attr("antialias", 0) and not _only_enlarges(site):
        return _decomposed(site)
    if not aspect_as_scale(site):
        return _decomposed(site)
    if site.attr("axes") is not None:
        names = dict(enumerate(site.node.input))
        names.update(for_every_axis(site.view, site))
        site.inputs(*(names[index] for index in sorted(names)))
        site.note("scales or sizes for every axis instead of axes")
    site.remove("antialias", "axes", "keep_aspect_ratio_policy")
    return None


def _decomposed(site: Site) -> str:
    site.note("decomposed per axis")
    return resize(site.view, site)


def _only_enlarges(site: Site) -> bool:
    scales = site.known(2)
    if scales is None or not scales.size:
        scales = static_scales(site)
    return scales is not None and all(scale >= 1 for scale in scales)


@step("Resize", 13)
def roi_and_scales_present(site: Site) -> None:
    """Below 13 roi and scales are required: an empty tensor says that there are none."""
    import numpy as np

    names = list(site.node.input) + [""] * (3 - len(site.node.input))
    for index in (1, 2):
        if not names[index]:
            names[index] = site.constant(np.zeros(0, "float32"))
    site.inputs(*names)


@step("Resize", 11)
def scales_alone(site: Site) -> Optional[str]:
    """Opset 10 knows nearest (rounded down) and linear with asymmetric coordinates, by scales only."""
    scales, element = site.known(2), None
    if scales is None or not scales.size:
        scales = static_scales(site)
    mode = site.attr("mode", "nearest")
    coordinates = site.attr("coordinate_transformation_mode", "half_pixel")
    fits = _is_plain(site, mode, coordinates)
    if scales is not None and mode != "cubic":
        fits = _same_pixels(site, mode, coordinates, scales)
    if not fits:
        site.needs(11)
        return _decomposed(site)
    name = site.input(2) if site.known(2) is not None and site.known(2).size else None
    if name is None:
        name = site.input(2) if scales is None else site.tensor(scales, element or 1)
    for attribute in (
        "coordinate_transformation_mode",
        "cubic_coeff_a",
        "exclude_outside",
        "extrapolation_value",
        "nearest_mode",
    ):
        site.remove(attribute)
    site.inputs(site.input(0), name)
    site.note("scales alone")
    return None


def _is_plain(site: Site, mode: str, coordinates: str) -> bool:
    return mode == "linear" and coordinates == "asymmetric" and bool(site.input(2)) and not site.input(3)


def _same_pixels(site: Site, mode: str, coordinates: str, scales: Any) -> bool:
    """Whether the asymmetric form of opset 10 picks (or weighs) the same pixels."""
    whole = all(float(scale).is_integer() and scale >= 1 for scale in scales)
    if coordinates == "asymmetric":
        return mode == "linear" or (
            all(scale >= 1 for scale in scales) and site.attr("nearest_mode", "") == "floor"
        )
    if all(scale == 1 for scale in scales):
        return True
    # With a whole factor s, (x + 0.5) / s - 0.5 lies within half a pixel of floor(x / s).
    rounding = site.attr("nearest_mode", "round_prefer_floor").startswith("round")
    return mode == "nearest" and coordinates in ("half_pixel", "pytorch_half_pixel") and whole and rounding


@step("Resize", 10)
def as_upsample(site: Site) -> Optional[str]:
    scales = site.known(1)
    if scales is None or any(scale < 1 for scale in scales):  # Upsample must not shrink
        if site.attr("mode", "nearest") == "nearest":
            raise CannotRewrite("nearest pixels of a smaller image, which opset 10 leaves to the runtime")
        site.needs(11)
        return _decomposed(site)
    return site.add("Upsample", list(site.node.input), mode=site.attr("mode", "nearest"))
