"""GridSample with arithmetic and Gather: the neighbors of every sampling point, weighted (onnx GridSample-16, -20).

Numbers of neighbors are computed in floats, which is exact below 2^24, and turned into rows of one flat table of
pixels. What lies outside of the image is a row of zeros behind the last pixel.
"""

from __future__ import annotations

import itertools
from typing import List, NamedTuple, Sequence

from jetdoctor.graph import Node, Value
from jetdoctor.recipes.build import Build
from jetdoctor.recipes.numbers import Number, Numbers
from jetdoctor.rule import CannotRewrite

#: the modes that GridSample-20 renamed, by their present names
OLDER_MODES = {"linear": "bilinear", "cubic": "bicubic"}
_MODES = {older: mode for mode, older in OLDER_MODES.items()}
_FLOATS = ("FLOAT", "FLOAT16", "DOUBLE")
#: whole numbers below this one are exact in FLOAT
_EXACT = 1 << 24


class Tap(NamedTuple):
    """One neighbor of every point along one axis, [N, points]; ``inside`` and ``weight`` may be ""."""

    pixel: str
    inside: str
    weight: str


def grid_sample(node: Node, build: Build) -> str:
    """The sampled image, of any number of spatial axes; sizes may be open."""
    mode, dtype = _mode(node), build.dtype(node.input(0))
    if not samples(node, dtype):
        raise CannotRewrite("sampling %s in mode %s" % (dtype, mode))
    sampler = _Sampler(node, build, mode)
    axes, total = [sampler.taps(axis) for axis in range(len(sampler.sizes))], ""
    for corner in itertools.product(*axes):
        sample = sampler.sample(corner)
        total = sample if not total else build.add("Add", [total, sample])
    return _laid_out(build, build.transpose(total, [0, 2, 1]), node.input(0), node.input(1))


def samples(node: Node, dtype: str) -> bool:
    """Whether images of that element type are sampled: only floats are averaged."""
    return dtype in _FLOATS or (_mode(node) == "nearest" and dtype != "STRING")


def _mode(node: Node) -> str:
    mode: str = node.attr("mode", "linear")
    return _MODES.get(mode, mode)


def _laid_out(build: Build, flat: str, x: Value, grid: Value) -> str:
    """``flat`` [N, C, points] with the points in the places that the grid has."""
    outer, channels = (grid.shape or ())[1:-1], (x.shape or ())[1]
    sizes = [size if isinstance(size, int) else -1 for size in outer]
    if sizes.count(-1) < 2 and 0 not in sizes:
        return build.reshape(flat, [0, channels if isinstance(channels, int) else 0] + sizes)
    places = build.slice(build.add("Shape", [grid.name]), [1], [1 + len(outer)], [0])
    return str(build.add("Reshape", [flat, build.add("Concat", [build.ints([0, 0]), places], axis=0)]))


class _Sampler:
    """What the points of the grid take from the image."""

    def __init__(self, node: Node, build: Build, mode: str) -> None:
        self.build, self.mode, self.x, grid = build, mode, node.input(0), node.input(1)
        self.padding, self.corners = node.attr("padding_mode", "zeros"), bool(node.attr("align_corners", 0))
        build.rank(grid)
        wide, name = build.dtype(grid), grid.name
        if wide == "FLOAT16":
            wide, name = "FLOAT", build.cast(name, "FLOAT")
        self.floats = Numbers(build, wide)
        # NaN, which must not become an index, is -1 in PyTorch and ONNX Runtime.
        self.grid = self.floats("Where", build.add("Equal", [name, name]), name, -1.0)
        self.batch, _, *self.sizes = [self.floats.size(self.x, axis) for axis in range(build.rank(self.x))]
        self.rows = self._rows()
        fixed = not isinstance(self.rows, str) and self.rows < _EXACT
        self.counting = self.floats if fixed else Numbers(build, "INT64")
        self.table = self._table()

    def _rows(self) -> Number:
        rows = self.batch
        for size in self.sizes:
            rows = self.floats("Mul", rows, size)
        return rows

    def _table(self) -> str:
        """[rows + 1, C]: the pixels of all images, and a row of zeros."""
        build, rank = self.build, len(self.sizes) + 2
        channels, dtype = (self.x.shape or ())[1], build.dtype(self.x)
        last = build.transpose(self.x.name, [0, *range(2, rank), 1])
        if isinstance(channels, int):
            table = build.reshape(last, [-1, channels])
            zeros = build.tensor([[0] * channels], dtype)
        else:
            sizes = build.slice(build.add("Shape", [self.x.name]), [1], [2], [0])
            table = build.add("Reshape", [last, build.add("Concat", [build.ints([-1]), sizes], axis=0)])
            wanted = build.add("Concat", [build.ints([1]), sizes], axis=0)
            zeros = build.add("Expand", [build.tensor([[0]], dtype), wanted])
        return str(build.add("Concat", [table, zeros], axis=0)) if self.padding == "zeros" else table

    def taps(self, axis: int) -> List[Tap]:
        floats, size = self.floats, self.sizes[axis]
        place = self._place(axis)
        # What lies further outside gives the same; infinities stay out of weights and indices.
        reflected = self.padding == "reflection"
        place = floats.within(place, *((-_EXACT, _EXACT) if reflected else (-3.0, floats("Add", size, 2.0))))
        if self.mode == "nearest":
            return [self._tap(floats("Round", place), "", size)]
        low = floats("Floor", place)
        part = floats("Sub", place, low)
        linear = self.mode == "linear"
        weights = [floats("Sub", 1.0, part), part] if linear else floats.cubic(part, -0.75)
        first = 0 if linear else -1
        numbers = [low if not step else floats("Add", low, float(step)) for step in range(first, first + len(weights))]
        return [self._tap(number, weight, size) for number, weight in zip(numbers, weights)]

    def _place(self, axis: int) -> str:
        """Places in pixels, [N, points], from the grid's -1 .. 1; the grid names x first, then y, then z."""
        floats, count, size = self.floats, len(self.sizes), self.sizes[axis]
        index = self.build.scalar(count - 1 - axis, "INT64")
        coordinate = self.build.reshape(self.build.add("Gather", [self.grid, index], axis=count + 1), [0, -1])
        shift = floats("Mul", floats("Sub", size, 1.0), 0.5)
        scale = shift if self.corners else floats("Mul", size, 0.5)
        return str(floats("Add", floats("Mul", coordinate, scale), shift))

    def _tap(self, number: str, weight: str, size: Number) -> Tap:
        folded = self._reflected(number, size) if self.padding == "reflection" else number
        pixel = self.floats.within(folded, 0.0, self.floats("Sub", size, 1.0))
        inside = str(self.build.add("Equal", [pixel, number])) if self.padding == "zeros" else ""
        dtype = self.build.dtype(self.x)
        weight = self.build.cast(weight, dtype) if weight and dtype != self.floats.dtype else weight
        return Tap(pixel if self.counting is self.floats else self.counting.cast(pixel), inside, weight)

    def _reflected(self, pixel: str, size: Number) -> str:
        """Pixels outside as their mirror images: at the last pixel's center, or at its edge."""
        floats = self.floats
        turn = floats("Sub", size, 1.0) if self.corners else size
        period = floats("Max", floats("Add", turn, turn), 1.0)
        laps = floats("Floor", floats("Div", pixel, period))
        there = floats("Sub", pixel, floats("Mul", laps, period))
        back = floats("Sub", period, there)
        return str(floats("Min", there, back if self.corners else floats("Sub", back, 1.0)))

    def sample(self, corner: Sequence[Tap]) -> str:
        """The pixels that the taps of every axis name, times their weights: [N, points, C]."""
        row = self._row([tap.pixel for tap in corner])
        if self.padding == "zeros":
            hit = self._joined("And", [tap.inside for tap in corner])
            row = self.counting("Where", hit, row, self._count(self.rows))
        row = row if self.counting.dtype == "INT64" else self.build.cast(row, "INT64")
        found = str(self.build.add("Gather", [self.table, row], axis=0))
        weight = self._joined("Mul", [tap.weight for tap in corner if tap.weight])
        return str(self.build.add("Mul", [found, self.build.unsqueeze(weight, [2])])) if weight else found

    def _row(self, pixels: List[str]) -> str:
        """The row of the table that holds a pixel, [N, points]."""
        count, row = self.counting, pixels[0]
        for pixel, size in zip(pixels[1:], self.sizes[1:]):
            row = count("Add", count("Mul", row, self._count(size)), pixel)
        return row if self.batch == 1 else str(count("Add", row, self._first_rows()))

    def _first_rows(self) -> str:
        """The first row of every image, [N, 1]."""
        rows = self.build.along(self.x, 0, 2)
        rows = rows if self.counting.dtype == "INT64" else self.counting.cast(rows)
        for size in self.sizes:
            rows = self.counting("Mul", rows, self._count(size))
        return rows

    def _count(self, size: Number) -> Number:
        """A size in the type that rows are counted in."""
        return self.counting.cast(size) if isinstance(size, str) and self.counting is not self.floats else size

    def _joined(self, op_type: str, names: Sequence[str]) -> str:
        found = names[0] if names else ""
        for name in names[1:]:
            found = self.build.add(op_type, [found, name])
        return found
