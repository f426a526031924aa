"""Resize (10 to 19) along axes whose sizes or scales are not fixed: the neighbors of every output pixel, weighted.

Places are computed in FLOAT from running numbers, as ONNX Runtime does. Sizes stay whole numbers where the scale is a
fraction such as 2, 1.5 or 0.25, since parsers of TensorRT 8 accept no other shapes.
"""

from __future__ import annotations

from typing import List, NamedTuple, Optional, Tuple

from jetdoctor.graph import Node
from jetdoctor.recipes.build import Build
from jetdoctor.recipes.numbers import Number, Numbers
from jetdoctor.recipes.resize import form, inputs, numbers_of_axes, resize_by_constants
from jetdoctor.rule import CannotRewrite

_FINEST = 64  # denominators of scales


class Axis(NamedTuple):
    """An axis that changes: its number, which of the given sizes or scales is its own, its size before and after as
    INT64 scalars, and before and its scale as FLOAT."""

    number: int
    entry: int
    given: str
    found: str
    length: Number
    scale: Number


def resize_of_open_sizes(node: Node, build: Build) -> str:
    """The resized tensor."""
    build.needs(11)  # Range
    open_ = _Open(node, build)
    found = node.inputs[0]
    for axis in open_.axes():
        found = open_.resized(found, axis)
    return found


def is_fraction(scale: float) -> bool:
    """Whether sizes times the scale can be worked out in whole numbers."""
    return scale.as_integer_ratio()[1] <= _FINEST


class _Open:
    def __init__(self, node: Node, build: Build) -> None:
        self.node, self.build, self.said, self.x = node, build, form(node, build), node.input(0)
        self.floats, self.rank = Numbers(build), build.rank(node.input(0))
        self.places = numbers_of_axes(node, build)

    def axes(self) -> List[Axis]:
        by_scales, by_sizes = inputs(self.node)
        if self.node.present(by_sizes):
            return self._kept_ratio(by_sizes) if self.said.policy != "stretch" else self._by_sizes(by_sizes)
        scales = self.build.array(self.node.input(by_scales))
        if scales is None:
            given = [self.build.element_at(self.node.inputs[by_scales], i) for i in range(len(self.places))]
            return [self._by_scale(axis, i, scale) for i, (axis, scale) in enumerate(zip(self.places, given))]
        pairs = enumerate(zip(self.places, scales.tolist()))
        return [self._by_scale(axis, i, scale) for i, (axis, scale) in pairs if scale != 1.0]

    def _by_sizes(self, index: int) -> List[Axis]:
        sizes = self.build.elements(self.node.input(index)) or [None] * len(self.places)
        before, after, found = self.x.shape or (), self.node.output().shape or (), []
        for entry, (axis, size) in enumerate(zip(self.places, sizes)):
            same = after[axis] if size is None and len(after) == self.rank else size
            if same is None or same != before[axis]:
                wanted = self._whole(self.build.element_at(self.node.inputs[index], entry), index)
                given, length = self._before(axis)
                scale = self.floats("Div", self.floats.cast(wanted), length)
                found.append(Axis(axis, entry, given, wanted, length, scale))
        return found

    def _kept_ratio(self, index: int) -> List[Axis]:
        floats, before = self.floats, [self._before(axis) for axis in self.places]
        ratio: Optional[Number] = None
        for entry, (_, length) in enumerate(before):
            size = floats.cast(self.build.element_at(self.node.inputs[index], entry))
            own = floats("Div", size, length)
            ratio = own if ratio is None else floats("Min" if self.said.policy == "not_larger" else "Max", ratio, own)
        found = []
        for entry, (axis, (given, length)) in enumerate(zip(self.places, before)):
            rounded = floats("Floor", floats("Add", floats("Mul", length, ratio), 0.5))
            found.append(Axis(axis, entry, given, self.build.cast(rounded, "INT64"), length, ratio or 1.0))
        return found

    def _by_scale(self, axis: int, entry: int, scale: Number) -> Axis:
        given, length = self._before(axis)
        if isinstance(scale, str) or not is_fraction(scale):
            size = floats_to_int(self.build, self.floats("Floor", self.floats("Mul", length, scale)))
        else:
            up, down = scale.as_integer_ratio()
            larger = self.build.add("Mul", [given, self.build.scalar(up, "INT64")])
            size = self.build.add("Div", [larger, self.build.scalar(down, "INT64")])
        return Axis(axis, entry, given, size, length, scale)

    def _whole(self, size: str, index: int) -> str:
        return size if self.build.dtype(self.node.input(index)) == "INT64" else self.build.cast(size, "INT64")

    def _before(self, axis: int) -> Tuple[str, Number]:
        return self.build.size(self.x, axis), self.floats.size(self.x, axis)

    def resized(self, data: str, axis: Axis) -> str:
        place = self._place(axis)
        if self.said.mode == "nearest":
            index = self._index(self._nearest(place), axis)
            data = self.build.add("Gather", [data, index], axis=axis.number)
        elif self.said.antialias:
            data = self._by_matrix(data, axis, place)
        else:
            data = self._by_neighbors(data, axis, place)
        return self._extrapolated(data, axis, place) if self.said.coordinates == "tf_crop_and_resize" else data

    def _place(self, axis: Axis) -> str:
        """Position in the input of every output pixel, FLOAT [found]."""
        floats, coordinates = self.floats, self.said.coordinates
        pixels, after = floats.cast(self.build.count_to(axis.found)), floats.cast(axis.found)
        span, last = floats("Sub", axis.length, 1.0), floats("Max", floats("Sub", after, 1.0), 1.0)
        if coordinates == "asymmetric":
            return str(floats("Div", pixels, axis.scale))
        if coordinates == "align_corners":
            return str(floats("Div", floats("Mul", pixels, span), last))
        if coordinates == "tf_crop_and_resize":
            return self._cropped(axis, pixels, after, last)
        centers = floats("Div", floats("Add", pixels, 0.5), axis.scale)
        if coordinates == "tf_half_pixel_for_nn":
            return str(centers)
        place = floats("Sub", centers, 0.5)
        if coordinates == "pytorch_half_pixel":  # a single pixel is taken from the start
            place = floats("Mul", place, floats("Min", floats("Sub", after, 1.0), 1.0))
        if coordinates == "half_pixel_symmetric":
            kept = floats("Div", after, floats("Mul", axis.scale, axis.length))
            place = floats("Add", place, floats("Mul", floats("Sub", 1.0, kept), floats("Mul", axis.length, 0.5)))
        return str(place)

    def _cropped(self, axis: Axis, pixels: str, after: str, last: Number) -> str:
        """From the start to the end of the region of interest, which are given as parts of the input."""
        floats, half = self.floats, len(self.places)
        start, end = (self._corner(axis.entry + more) for more in (0, half))
        span = floats("Sub", axis.length, 1.0)
        along_it = floats("Div", floats("Mul", pixels, floats("Sub", end, start)), last)
        middle = floats("Mul", floats("Add", start, end), floats("Mul", span, 0.5))
        spread = floats("Mul", floats("Add", start, along_it), span)
        return str(floats("Where", floats("Greater", after, 1.0), spread, middle))

    def _corner(self, entry: int) -> str:
        corner = self.build.element_at(self.node.inputs[1], entry)
        return corner if self.build.dtype(self.node.input(1)) == "FLOAT" else self.floats.cast(corner)

    def _extrapolated(self, data: str, axis: Axis, place: str) -> str:
        """``extrapolation_value`` at the places outside of the input."""
        floats, last = self.floats, self.floats("Sub", axis.length, 1.0)
        outside = floats("Or", floats("Less", place, 0.0), floats("Greater", place, last))
        outside = self._laid(outside, axis)
        value = self.build.scalar(self.node.attr("extrapolation_value", 0.0), self.build.dtype(self.x))
        return str(self.build.add("Where", [outside, value, data]))

    def _laid(self, vector: str, axis: Axis) -> str:
        """A vector laid along the axis."""
        others = list(range(1, self.rank - axis.number))
        return self.build.unsqueeze(vector, others) if others else vector

    def _nearest(self, place: str) -> str:
        floats, mode = self.floats, self.said.nearest
        if mode == "round_prefer_floor":
            return str(floats("Ceil", floats("Sub", place, 0.5)))
        if mode == "round_prefer_ceil":
            return str(floats("Floor", floats("Add", place, 0.5)))
        return str(floats("Floor" if mode == "floor" else "Ceil", place))

    def _index(self, number: str, axis: Axis) -> str:
        return self.build.cast(self._within(number, axis), "INT64")

    def _within(self, number: str, axis: Axis) -> str:
        return self.floats.within(number, 0.0, self.floats("Sub", axis.length, 1.0))

    def _by_neighbors(self, data: str, axis: Axis, place: str) -> str:
        floats, cubic = self.floats, self.said.mode == "cubic"
        place = place if cubic else self._within(place, axis)
        low = floats("Floor", place)
        part = floats("Sub", place, low)
        weights = floats.cubic(part, self.said.a) if cubic else [floats("Sub", 1.0, part), part]
        first = -1 if cubic else 0
        numbers = [low if not step else floats("Add", low, float(step)) for step in range(first, first + len(weights))]
        if cubic and self.said.excludes:
            weights = self._inside_only(numbers, weights, axis)
        total = ""
        for number, weight in zip(numbers, weights):
            taken = self.build.add("Gather", [data, self._index(number, axis)], axis=axis.number)
            taken = self.build.add("Mul", [taken, self._laid(self._of_data(weight), axis)])
            total = taken if not total else self.build.add("Add", [total, taken])
        return total

    def _of_data(self, weight: str) -> str:
        dtype = self.build.dtype(self.x)
        return weight if dtype == "FLOAT" else self.build.cast(weight, dtype)

    def _inside_only(self, numbers: List[str], weights: List[str], axis: Axis) -> List[str]:
        """The weights of pixels of the input alone, so that they make up 1."""
        floats, kept = self.floats, []
        for number, weight in zip(numbers, weights):
            inside = floats.cast(floats("Equal", self._within(number, axis), number))
            kept.append(floats("Mul", weight, inside))
        total = kept[0]
        for weight in kept[1:]:
            total = floats("Add", total, weight)
        return [floats("Div", weight, total) for weight in kept]

    def _by_matrix(self, data: str, axis: Axis, place: str) -> str:
        """All pixels in reach, the edges repeated, times a matrix of weights: the reach grows as the scale shrinks."""
        build, floats = self.build, self.floats
        narrow = floats("Min", axis.scale, 1.0)
        reach = floats_to_int(build, floats("Ceil", floats("Add", floats("Div", 2.0, narrow), 1.0)))
        count = build.add("Add", [axis.given, build.add("Add", [reach, reach])])
        pixels = build.add("Sub", [build.count_to(count), reach])
        inside = build.within(pixels, axis.given)
        column = floats.cast(build.reshape(pixels, [-1, 1]))
        distance = floats("Mul", floats("Abs", floats("Sub", column, build.reshape(place, [1, -1]))), narrow)
        weights = self._kernel(distance)
        if self.said.excludes:
            weights = floats("Where", build.reshape(build.add("Equal", [pixels, inside]), [-1, 1]), weights, 0.0)
        weights = floats("Div", weights, build.reduce("ReduceSum", weights, [0]))
        found = build.add("Gather", [data, inside], axis=axis.number)
        perm = [other for other in range(self.rank) if other != axis.number] + [axis.number]
        found = build.add("MatMul", [build.transpose(found, perm), self._of_data(weights)])
        return build.transpose(found, [perm.index(other) for other in range(self.rank)])

    def _kernel(self, distance: str) -> str:
        """Weight by distance: a triangle, or Keys' kernel."""
        floats, a = self.floats, self.said.a
        if self.said.mode == "linear":
            return str(floats("Relu", floats("Sub", 1.0, distance)))
        near = floats("Sub", floats("Mul", distance, a + 2), a + 3)
        near = floats("Add", floats("Mul", near, floats("Mul", distance, distance)), 1.0)
        far = floats("Add", floats("Mul", floats("Sub", distance, 5.0), distance), 8.0)
        far = floats("Sub", floats("Mul", floats("Mul", far, distance), a), 4 * a)
        far = floats("Where", floats("Less", distance, 2.0), far, 0.0)
        return str(floats("Where", floats("Greater", distance, 1.0), far, near))


def floats_to_int(build: Build, number: Number) -> str:
    """A whole number in floats as an INT64 scalar."""
    return build.cast(number, "INT64") if isinstance(number, str) else build.scalar(int(number), "INT64")


def resize(node: Node, build: Build) -> str:
    """By constants where sizes and scales are known, else with those of the run time."""
    try:
        return resize_by_constants(node, build)
    except CannotRewrite:
        return resize_of_open_sizes(node, build)
