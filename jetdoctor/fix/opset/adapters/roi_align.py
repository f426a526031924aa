"""RoiAlign whose boxes are shifted by half a pixel (16), as a Gather of the pixels around every sample."""

from __future__ import annotations

from typing import NamedTuple, Optional

from jetdoctor.fix.opset.adapters.interpolation import FLOATS, Floats
from jetdoctor.fix.opset.adapters.numbers import count_to, number, shaped, size, smaller
from jetdoctor.fix.opset.registry import step
from jetdoctor.fix.opset.site import Site
from jetdoctor.rule import CannotRewrite

_INT64 = 7


class Neighbours(NamedTuple):
    """[boxes, bins, 2 * samples] along one axis: the pixels beside the samples, and their weights."""

    pixel: str
    weight: str


@step("RoiAlign", 16)
def output_half_pixel(site: Site) -> Optional[str]:
    """Before 16 there is only what 16 calls output_half_pixel, which makes boxes of a pixel at least."""
    mode = site.attr("mode", "avg")
    if site.attr("coordinate_transformation_mode", "half_pixel") == "output_half_pixel":
        site.remove("coordinate_transformation_mode")
        return None
    if mode != "avg" or site.needed_element(site.input(0)) not in FLOATS:
        raise CannotRewrite("mode %s with half_pixel; opset 15 does not shift the boxes" % mode)
    height, width = site.attr("output_height", 1), site.attr("output_width", 1)
    floats = Floats(site, site.needed_element(site.input(0)))
    rows, columns = _neighbours(floats, 1, height), _neighbours(floats, 0, width)
    row, row_weight = (shaped(site, name, 0, height, -1, 1, 1) for name in rows)
    column, column_weight = (shaped(site, name, 0, 1, 1, width, -1) for name in columns)
    batch = shaped(site, floats("Cast", site.input(2), to=_INT64), -1, 1, 1, 1, 1)
    place = floats("Add", floats("Mul", batch, size(site, site.input(0), 2)), row)
    place = floats("Add", floats("Mul", place, size(site, site.input(0), 3)), column)
    last = site.add("Transpose", [site.input(0)], perm=[0, 2, 3, 1])
    flat = site.add("Reshape", [last, site.add("Concat", [site.ints([-1]), _channels(site)], axis=0)])
    found = site.add("Gather", [flat, place], axis=0)
    weight = site.add("Unsqueeze", [floats("Mul", row_weight, column_weight), site.ints([5])])
    found = site.add("ReduceSum", [floats("Mul", found, weight), site.ints([2, 4])], keepdims=0)
    return str(site.add("Transpose", [found], perm=[0, 3, 1, 2]))


def _channels(site: Site) -> str:
    return shaped(site, size(site, site.input(0), 1), 1)


def _neighbours(floats: Floats, axis: int, bins: int) -> Neighbours:
    """``axis`` is 0 across and 1 down, as in the corners of a box."""
    site = floats.site
    corner = [floats("Gather", site.input(1), number(site, axis + more), axis=1) for more in (0, 2)]
    scale = float(site.attr("spatial_scale", 1.0))
    start, end = (floats("Sub", floats("Mul", name, scale), 0.5) for name in corner)
    length = shaped(site, floats("Div", floats("Sub", end, start), float(bins)), -1, 1, 1)
    count = _samples(floats, length)
    # As many samples as the largest box has; a smaller one leaves the last ones out.
    most = floats("ReduceMax", floats("Concat", shaped(site, count, -1), [1.0], axis=0), keepdims=0)
    index = floats("Cast", count_to(site, floats("Cast", most, to=_INT64)), to=floats.element)
    fraction = floats("Div", floats("Add", index, 0.5), floats("Max", count, 1.0))
    offset = floats("Add", fraction, [[[float(i)] for i in range(bins)]])
    place = floats("Add", floats("Mul", offset, length), shaped(site, start, -1, 1, 1))
    limit = floats("Cast", size(site, site.input(0), 3 - axis), to=floats.element)
    return _beside(floats, place, limit, floats("Less", index, count), count)


def _samples(floats: Floats, length: str) -> str:
    """Samples per bin, for all boxes or each, [boxes, 1, 1]: as stated, or one per begun pixel."""
    ratio = floats.site.attr("sampling_ratio", 0)
    return floats.of([[[float(ratio)]]]) if ratio > 0 else floats("Ceil", length)


def _beside(floats: Floats, place: str, limit: str, counts: str, count: str) -> Neighbours:
    """The pixels before and after each place; what lies more than a pixel outside does not count."""
    site = floats.site
    last = floats("Sub", limit, 1.0)
    outside = floats("Or", floats("Less", place, -1.0), floats("Greater", place, limit))
    counted = floats("Cast", floats("And", counts, floats("Not", outside)), to=floats.element)
    inside = floats("Min", floats("Max", place, 0.0), last)
    before = floats("Floor", inside)
    after = floats("Sub", inside, before)
    each = floats("Div", counted, floats("Max", count, 1.0))
    pair = [floats("Mul", floats("Sub", 1.0, after), each), floats("Mul", after, each)]
    weight = floats("Concat", *pair, axis=2)
    first = floats("Cast", before, to=_INT64)
    second = smaller(site, floats("Add", first, number(site, 1)), floats("Cast", last, to=_INT64))
    return Neighbours(site.add("Concat", [first, second], axis=2), weight)
