"""Resize whose sizes or scales are only known at run time, with its weights computed in the graph.

Per axis: the pixels around the input, edges repeated, times a matrix of weights (a Gather for nearest).
In float, as runtimes compute places and weights.
"""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple

from jetdoctor.fix.opset.adapters.interpolation import FLOAT, Floats, along, cubic, linear
from jetdoctor.fix.opset.adapters.numbers import count_to, element_at, number, shaped, size, within
from jetdoctor.fix.opset.site import Site
from jetdoctor.rule import CannotRewrite

_INT64 = 7


class Axis(NamedTuple):
    """A resized axis: its number, and the names of its sizes (int64 and float) and its scale."""

    number: int
    given: str
    found: str
    length: str
    scale: str


def resized(site: Site) -> str:
    """Name of the resized tensor."""
    mode, data = site.attr("mode", "nearest"), site.input(0)
    floats, rank = Floats(site), site.rank(data)
    for axis in _axes(site, floats, rank):
        places = _places(site, floats, axis)
        if mode == "nearest":
            index = floats("Cast", _rounded(site, floats, places), to=_INT64)
            data = site.add("Gather", [data, within(site, index, axis.given)], axis=axis.number)
        else:
            data = _weighed(site, floats, data, axis, places, rank)
        if site.attr("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize":
            data = _extrapolated(site, floats, data, axis, places, rank)
    site.note("written out per axis")
    return str(site.add("Identity", [data]))


def _axes(site: Site, floats: Floats, rank: int) -> List[Axis]:
    indices = [axis % rank for axis in site.attr("axes") or range(rank)]
    given = {index: size(site, site.input(0), index) for index in indices}
    lengths = [floats("Cast", given[index], to=FLOAT) for index in indices]
    by_size, policy = bool(site.input(3)), site.attr("keep_aspect_ratio_policy", "stretch")
    steps = [element_at(site, site.input(3 if by_size else 2), i) for i in range(len(indices))]
    scales = [floats("Div", floats("Cast", step, to=FLOAT), n) for step, n in zip(steps, lengths)] if by_size else steps
    if by_size and policy != "stretch":
        ratio = scales[0]
        for other in scales[1:]:
            ratio = floats("Min" if policy == "not_larger" else "Max", ratio, other)
        scales = [ratio] * len(scales)
        rounded = [floats("Floor", floats("Add", floats("Mul", length, ratio), 0.5)) for length in lengths]
        steps = [floats("Cast", step, to=_INT64) for step in rounded]
    elif by_size:
        steps = [floats("Cast", step, to=_INT64) for step in steps]
    else:
        steps = [floats("Cast", floats("Floor", floats("Mul", n, s)), to=_INT64) for n, s in zip(lengths, scales)]
    return [
        Axis(index, given[index], step, length, scale)
        for index, step, length, scale in zip(indices, steps, lengths, scales)
        if not _keeps(site, index)
    ]


def _keeps(site: Site, axis: int) -> bool:
    """Whether an axis is known to keep its size, so that its scale is 1."""
    if site.attr("keep_aspect_ratio_policy", "stretch") != "stretch" or not site.input(3):
        return False
    sizes = [site.scope.type(name).tensor_type.shape.dim for name in (site.input(0), site.output(0))]
    if len(sizes[0]) != len(sizes[1]):
        return False
    before, after = sizes[0][axis], sizes[1][axis]
    return bool(before.WhichOneof("value")) and before == after


def _places(site: Site, floats: Floats, axis: Axis) -> str:
    """Where each output pixel lies in the input, in pixels."""
    coordinates = site.attr("coordinate_transformation_mode", "half_pixel")
    pixels = floats("Cast", count_to(site, axis.found), to=FLOAT)
    if coordinates == "asymmetric":
        return floats("Div", pixels, axis.scale)
    centres = floats("Div", floats("Add", pixels, 0.5), axis.scale)
    if coordinates == "tf_half_pixel_for_nn":
        return centres
    places = floats("Sub", centres, 0.5)
    found = floats("Cast", axis.found, to=FLOAT)
    if coordinates == "half_pixel":
        return places
    if coordinates == "pytorch_half_pixel":
        return floats("Where", floats("Greater", found, 1.0), places, pixels)
    if coordinates == "half_pixel_symmetric":
        kept = floats("Div", found, floats("Mul", axis.scale, axis.length))
        offset = floats("Mul", floats("Sub", 1.0, kept), floats("Mul", axis.length, 0.5))
        return floats("Add", places, offset)
    if coordinates == "align_corners":
        last = floats("Max", floats("Sub", found, 1.0), 1.0)
        return floats("Div", floats("Mul", pixels, floats("Sub", axis.length, 1.0)), last)
    if coordinates == "tf_crop_and_resize":
        return _cropped(site, floats, axis, pixels, found)
    raise CannotRewrite("%s coordinates with sizes or scales of the run time" % coordinates)


def _cropped(site: Site, floats: Floats, axis: Axis, pixels: str, found: str) -> str:
    """From the start to the end of the region of interest, which are given as parts of the input."""
    indices = [other % site.rank(site.input(0)) for other in site.attr("axes") or range(site.rank(site.input(0)))]
    place = indices.index(axis.number)
    start, end = (element_at(site, site.input(1), place + half) for half in (0, len(indices)))
    span, last = floats("Sub", axis.length, 1.0), floats("Sub", found, 1.0)
    along_it = floats("Div", floats("Mul", pixels, floats("Sub", end, start)), floats("Max", last, 1.0))
    middle = floats("Mul", floats("Add", start, end), floats("Mul", span, 0.5))
    spread = floats("Mul", floats("Add", start, along_it), span)
    return floats("Where", floats("Greater", found, 1.0), spread, middle)


def _extrapolated(site: Site, floats: Floats, data: str, axis: Axis, places: str, rank: int) -> str:
    """``extrapolation_value`` at the places outside of the input."""
    last = floats("Sub", axis.length, 1.0)
    outside = floats("Or", floats("Less", places, 0.0), floats("Greater", places, last))
    outside = shaped(site, outside, *(-1 if i == axis.number else 1 for i in range(rank)))
    value = site.tensor(site.attr("extrapolation_value", 0.0), site.needed_element(data))
    return str(site.add("Where", [outside, value, data]))


def _rounded(site: Site, floats: Floats, places: str) -> str:
    roundings: Dict[str, Any] = {
        "floor": lambda: floats("Floor", places),
        "ceil": lambda: floats("Ceil", places),
        "round_prefer_floor": lambda: floats("Ceil", floats("Sub", places, 0.5)),
        "round_prefer_ceil": lambda: floats("Floor", floats("Add", places, 0.5)),
    }
    return str(roundings[site.attr("nearest_mode", "round_prefer_floor")]())


def _weighed(site: Site, floats: Floats, data: str, axis: Axis, places: str, rank: int) -> str:
    """The pixels in reach of an output pixel, each times its weight."""
    narrow = floats("Min", axis.scale, 1.0) if site.attr("antialias", 0) else ""
    reach = number(site, 3)
    if narrow:
        reach = floats("Cast", floats("Ceil", floats("Add", floats("Div", 2.0, narrow), 1.0)), to=_INT64)
    count = site.add("Add", [axis.given, site.add("Add", [reach, reach])])
    pixels = site.add("Sub", [count_to(site, count), reach])
    inside = within(site, pixels, axis.given)
    column = shaped(site, floats("Cast", pixels, to=FLOAT), -1, 1)
    distance = floats("Abs", floats("Sub", column, shaped(site, places, 1, -1)))
    distance = floats("Mul", distance, narrow) if narrow else distance
    smooth = site.attr("mode", "nearest") == "cubic"
    weights = cubic(floats, distance, site.attr("cubic_coeff_a", -0.75)) if smooth else linear(floats, distance)
    if site.attr("exclude_outside", 0):
        hit = shaped(site, site.add("Equal", [pixels, inside]), -1, 1)
        weights = floats("Where", hit, weights, 0.0)
    ones = floats("ConstantOfShape", site.add("Concat", [site.ints([1]), shaped(site, count, 1)], axis=0))
    ones = floats("Add", ones, 1.0)
    weights = floats("Div", weights, site.add("MatMul", [ones, weights]))
    element = site.needed_element(data)
    if element != FLOAT:
        weights = floats("Cast", weights, to=element)
    return along(site, site.add("Gather", [data, inside], axis=axis.number), axis.number, rank, weights)
