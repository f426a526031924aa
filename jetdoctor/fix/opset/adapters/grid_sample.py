"""GridSample (16; over other than two axes: 20) as GatherElements: the pixels around each place, weighed."""

from __future__ import annotations

from typing import List, NamedTuple, Optional

from jetdoctor.fix.opset.adapters.interpolation import FLOAT, FLOAT16, FLOATS, Floats, cubic, linear
from jetdoctor.fix.opset.adapters.numbers import number, shaped, size
from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.rule import CannotRewrite

_INT64, _STRING = 7, 8
_MODES = {"bilinear": "linear", "bicubic": "cubic"}
_NAMES = {"linear": "bilinear", "cubic": "bicubic"}
#: Pixels that count, from the one before the place (for nearest: from the nearest one).
_NEIGHBOURS = {"nearest": [0], "linear": [0, 1], "cubic": [-1, 0, 1, 2]}


class Pixels(NamedTuple):
    """[N, places, neighbours] along one axis: position in the image, whether that is inside, weight."""

    position: str
    inside: str
    weight: str


@step("GridSample", 20)
def images_only(site: Site) -> Optional[str]:
    """Before 20 GridSample samples images, [N, C, H, W], and its modes have the names of the plane."""
    dims = site.dims(site.input(0))
    if dims is not None and len(dims) != 4:
        return str(grid_sample(site))
    mode = site.attr("mode", "linear")
    site.set("mode", _NAMES.get(mode, mode))
    site.note("mode %s" % site.attr("mode"))
    return None


@step("GridSample", 16)
def grid_sample(site: Site) -> str:
    """The sampled image; sizes may be those of the run time."""
    mode, image = _MODES.get(site.attr("mode", "linear"), site.attr("mode", "linear")), site.input(0)
    element, rank = site.needed_element(image), site.rank(image)
    if element == _STRING or (mode != "nearest" and element not in FLOATS):
        raise CannotRewrite("GridSample of this type in mode %s; opset %d has none" % (mode, site.opset))
    wide = site.needed_element(site.input(1))
    floats = Floats(site, FLOAT if wide == FLOAT16 else wide)
    axes = [_pixels(floats, axis, rank - 2, mode) for axis in range(rank - 2)]
    count = len(_NEIGHBOURS[mode]) ** (rank - 2)
    found = _gathered(site, _joined_index(site, axes), count)
    if axes[0].inside:
        hit = _joined(site, "And", [pixels.inside for pixels in axes])
        found = site.add("Where", [shaped(site, hit, 0, 1, -1, count), found, site.tensor(0, element)])
    if axes[0].weight:
        weight = _joined(site, "Mul", [pixels.weight for pixels in axes])
        weight = shaped(site, weight, 0, 1, -1, count)
        weight = weight if element == floats.element else site.add("Cast", [weight], to=element)
        found = site.add("ReduceSum", [site.add("Mul", [found, weight]), site.ints([-1])], keepdims=0)
    return _as_output(site, found)


def _pixels(floats: Floats, axis: int, count: int, mode: str) -> Pixels:
    """What one axis of the image adds to each neighbour of each place."""
    site = floats.site
    length = size(site, site.input(0), axis + 2)
    long = floats("Cast", length, to=floats.element)
    place = _place(floats, count - 1 - axis, count, long)
    first = floats("Round" if mode == "nearest" else "Floor", place)
    pixel = floats("Add", first, _NEIGHBOURS[mode])
    padding = site.attr("padding_mode", "zeros")
    last = floats("Sub", long, 1.0)
    folded = _reflected(floats, pixel, long) if padding == "reflection" else pixel
    seen = floats("Min", floats("Max", folded, 0.0), last)
    hit = site.add("Not", [floats("Greater", floats("Abs", floats("Sub", seen, pixel)), 0.0)])
    weight = ""
    if mode != "nearest":
        distance = floats("Abs", floats("Sub", place, pixel))
        weight = linear(floats, distance) if mode == "linear" else cubic(floats, distance, -0.75)
    shape = [0, 0] + [-1 if other == axis else 1 for other in range(count)]
    laid = [shaped(site, name, *shape) if name else "" for name in (floats("Cast", seen, to=_INT64), hit, weight)]
    return Pixels(laid[0], laid[1] if padding == "zeros" else "", laid[2])


def _place(floats: Floats, coordinate: int, count: int, length: str) -> str:
    """Places in pixels, [N, places, 1], from the grid's -1 … 1."""
    site = floats.site
    grid = site.add("Gather", [site.input(1), number(site, coordinate)], axis=count + 1)
    if site.element(grid) != floats.element:
        grid = floats("Cast", grid, to=floats.element)
    grid = floats("Add", shaped(site, grid, 0, -1, 1), 1.0)
    if site.attr("align_corners", 0):
        return floats("Mul", grid, floats("Mul", floats("Sub", length, 1.0), 0.5))
    return floats("Sub", floats("Mul", grid, floats("Mul", length, 0.5)), 0.5)


def _reflected(floats: Floats, pixel: str, length: str) -> str:
    """Pixels outside as their mirror images: at the last pixel's centre, or at its edge."""
    corners = bool(floats.site.attr("align_corners", 0))
    turn = floats("Sub", length, 1.0) if corners else length
    period = floats("Max", floats("Add", turn, turn), 1.0)
    laps = floats("Floor", floats("Div", pixel, period))
    there = floats("Sub", pixel, floats("Mul", laps, period))
    back = floats("Sub", period, there)
    return floats("Min", there, back if corners else floats("Sub", back, 1.0))


def _joined(site: Site, op_type: str, names: List[str]) -> str:
    found = names[0]
    for name in names[1:]:
        found = site.add(op_type, [found, name])
    return found


def _joined_index(site: Site, axes: List[Pixels]) -> str:
    """Positions in the image with its axes in one."""
    found = axes[0].position
    for axis, pixels in enumerate(axes[1:], 1):
        found = site.add("Mul", [found, size(site, site.input(0), axis + 2)])
        found = site.add("Add", [found, pixels.position])
    return found


def _gathered(site: Site, index: str, count: int) -> str:
    """[N, C, places, neighbours]: the pixels at each position."""
    image = site.input(0)
    channels = shaped(site, size(site, image, 1), 1)
    shape = site.add("Concat", [site.ints([1]), channels, site.ints([1])], axis=0)
    everywhere = site.add("Expand", [shaped(site, index, 0, 1, -1), shape])
    found = site.add("GatherElements", [shaped(site, image, 0, 0, -1), everywhere], axis=2)
    return shaped(site, found, 0, 0, -1, count)


def _as_output(site: Site, found: str) -> str:
    """[N, C, places] with the places laid out as in the grid."""
    dims = site.dims(site.output(0))
    if dims is not None and None not in dims[2:]:
        return shaped(site, found, 0, 0, *[dim or 0 for dim in dims[2:]])
    places = site.add("Slice", [site.add("Shape", [site.input(1)]), site.ints([1]), site.ints([-1])])
    return str(site.add("Reshape", [found, site.add("Concat", [site.ints([0, 0]), places], axis=0)]))
