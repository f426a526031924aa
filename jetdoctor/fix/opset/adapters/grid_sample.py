"""GridSample (16) as GatherElements: the pixels around each place of the grid, weighed."""

from __future__ import annotations

from typing import Any, List, NamedTuple, Tuple

from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import CannotLower, Site

_FLOAT, _FLOAT16, _INT64 = 1, 10, 7


class Image(NamedTuple):
    """The sampled tensor, flattened to [N, C, H * W]."""

    flat: str
    channels: int
    height: int
    width: int
    element: int
    zeros: bool  # pixels outside count as zero; otherwise as the border


@step("GridSample", 16)
def grid_sample(site: Site) -> str:
    mode, padding = site.attr("mode", "bilinear"), site.attr("padding_mode", "zeros")
    if mode not in ("bilinear", "nearest") or padding not in ("zeros", "border"):
        raise CannotLower("GridSample, mode %s with padding %s; opset 15 has none" % (mode, padding))
    dims, out = site.dims(site.input(0)), site.dims(site.output(0))
    if dims is None or None in dims[1:] or out is None or None in out[2:]:
        raise CannotLower("GridSample with sizes that are not known; opset 15 has none")
    element = site.needed_element(site.input(0))
    flat = site.emit("Reshape", [site.input(0), site.ints(0, dims[1], -1)])
    image = Image(flat, dims[1], dims[2], dims[3], element, padding == "zeros")
    across = _place(site, 0, image.width, image.zeros)
    down = _place(site, 1, image.height, image.zeros)
    found = _nearest(site, image, across, down) if mode == "nearest" else _bilinear(site, image, across, down)
    return str(site.emit("Reshape", [found, site.ints(0, *out[1:])]))


def _place(site: Site, coordinate: int, size: int, zeros: bool) -> str:
    """Places in pixels, [N, H_out, W_out] in float, from the grid's -1 … 1."""
    grid = site.emit("Gather", [site.input(1), site.array(coordinate, _INT64)], axis=3)
    if site.element(site.input(1)) == _FLOAT16:
        grid = site.emit("Cast", [grid], to=_FLOAT)
    span = size - 1 if site.attr("align_corners", 0) else size
    half = site.emit("Mul", [site.emit("Add", [grid, _number(site, 1)]), _number(site, span / 2)])
    place = half if site.attr("align_corners", 0) else site.emit("Sub", [half, _number(site, 0.5)])
    return str(place) if zeros else _limited(site, place, size)


def _number(site: Site, value: float) -> str:
    element = site.needed_element(site.input(1))
    return site.array(value, _FLOAT if element == _FLOAT16 else element)


def _limited(site: Site, place: str, size: int) -> str:
    return str(site.emit("Clip", [place, _number(site, 0), _number(site, size - 1)]))


def _nearest(site: Site, image: Image, across: str, down: str) -> str:
    column, row = site.emit("Round", [across]), site.emit("Round", [down])
    return _pixels(site, image, column, row, [])


def _bilinear(site: Site, image: Image, across: str, down: str) -> str:
    total = ""
    for row, down_weight in _neighbours(site, down):
        for column, across_weight in _neighbours(site, across):
            part = _pixels(site, image, column, row, [across_weight, down_weight])
            total = site.emit("Add", [total, part]) if total else part
    return total


def _neighbours(site: Site, place: str) -> List[Tuple[str, str]]:
    """The pixels before and after a place, each with its weight."""
    first = site.emit("Floor", [place])
    after = site.emit("Sub", [place, first])
    before = site.emit("Sub", [_number(site, 1), after])
    return [(first, before), (site.emit("Add", [first, _number(site, 1)]), after)]


def _pixels(site: Site, image: Image, column: str, row: str, weights: List[str]) -> str:
    """[N, C, H_out * W_out]: one pixel per place of the grid, times its weights."""
    inner, outer = _limited(site, column, image.width), _limited(site, row, image.height)
    whole = [site.emit("Cast", [name], to=_INT64) for name in (inner, outer)]
    index = site.emit("Add", [whole[0], site.emit("Mul", [whole[1], site.ints(image.width)])])
    index = site.emit("Expand", [_row(site, index), site.ints(1, image.channels, 1)])
    pixels = site.emit("GatherElements", [image.flat, index], axis=2)
    if image.zeros:
        inside = [site.emit("Equal", pair) for pair in ([inner, column], [outer, row])]
        hit: Any = site.emit("And", inside)
        pixels = site.emit("Where", [_row(site, hit), pixels, site.array(0, image.element)])
    for weight in weights:
        scale = weight
        if site.element(weight) != image.element:
            scale = site.emit("Cast", [weight], to=image.element)
        pixels = site.emit("Mul", [pixels, _row(site, scale)])
    return str(pixels)


def _row(site: Site, name: str) -> str:
    """[N, 1, H_out * W_out] of [N, H_out, W_out]."""
    return str(site.emit("Reshape", [name, site.ints(0, 1, -1)]))
