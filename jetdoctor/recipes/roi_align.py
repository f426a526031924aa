"""RoiAlign (10 to 22) by averages as two products: what each bin takes from each row, and from each column.

Bilinear samples are separable, and so is the rule that a sample far outside counts nothing.
"""

from __future__ import annotations

from typing import Any, Tuple

from jetdoctor.graph import Node
from jetdoctor.recipes.build import Build
from jetdoctor.recipes.numbers import Numbers
from jetdoctor.rule import CannotRewrite


def roi_align(node: Node, build: Build) -> str:
    """The averages; with ``sampling_ratio`` 0 there are as many samples as the largest box has pixels."""
    x, dtype = node.input(0), build.dtype(node.input(0))
    if node.attr("mode", "avg") != "avg":
        raise CannotRewrite("only averages are decomposed")
    if build.rank(x) != 4 or dtype not in ("FLOAT", "FLOAT16", "DOUBLE"):
        raise CannotRewrite("only float images are decomposed")
    sampler = _Sampler(node, build, dtype)
    rows = sampler.matrix(1, node.attr("output_height", 1))
    columns = sampler.matrix(0, node.attr("output_width", 1))
    image = x.name if (x.shape or ())[0] == 1 else build.add("Gather", [x.name, node.inputs[2]], axis=0)
    taken = build.add("MatMul", [build.unsqueeze(rows, [1]), image])
    return str(build.add("MatMul", [taken, build.unsqueeze(build.transpose(columns, [0, 2, 1]), [1])]))


class _Sampler:
    """``side``: 0 is x, 1 is y, as in the corners of a box."""

    def __init__(self, node: Node, build: Build, dtype: str) -> None:
        self.node, self.build, self.floats = node, build, Numbers(build, dtype)
        default = "half_pixel" if node.opset >= 16 else "output_half_pixel"
        self.half = node.attr("coordinate_transformation_mode", default) == "half_pixel"

    def matrix(self, side: int, bins: int) -> str:
        """What every bin takes from every pixel along an axis: [boxes, bins, pixels]."""
        floats, build, x, axis = self.floats, self.build, self.node.input(0), 3 - side
        place, share = self._samples(side, bins)
        size = floats.size(x, axis)
        last = floats("Sub", size, 1.0)
        outside = floats("Or", floats("Less", place, -1.0), floats("Greater", place, size))
        counts = floats.cast(floats("Not", outside))
        counts = floats("Mul", counts, share) if share else counts
        place = floats("Max", floats("Min", place, last), 0.0)
        low = floats("Floor", place)
        part, high = floats("Sub", place, low), floats("Min", floats("Add", low, 1.0), last)
        pixels = floats.cast(build.numbers(x, axis))
        taken = floats("Add", self._at(low, floats("Sub", 1.0, part), pixels), self._at(high, part, pixels))
        taken = floats("Mul", taken, build.unsqueeze(counts, [3]))
        return build.reduce("ReduceSum" if share else "ReduceMean", taken, [2], keepdims=0)

    def _at(self, near: str, weight: str, pixels: str) -> str:
        """The weight at the pixel that a sample is near to: [boxes, bins, samples, pixels]."""
        here = self.floats.cast(self.build.add("Equal", [self.build.unsqueeze(near, [3]), pixels]))
        return str(self.floats("Mul", here, self.build.unsqueeze(weight, [3])))

    def _samples(self, side: int, bins: int) -> Tuple[str, str]:
        """([boxes, bins, samples]: where they lie, in pixels; what each adds to its bin, "" where all add alike)."""
        import numpy as np

        floats, count = self.floats, self.node.attr("sampling_ratio", 0)
        start, end = (self._corner(number) for number in (side, side + 2))
        size = floats("Sub", end, start)
        size = size if self.half else floats("Max", size, 1.0)
        step, share = floats("Div", size, float(bins)), ""
        within: Any = (np.arange(max(count, 0)) + 0.5).reshape(1, 1, -1) / max(count, 1)
        if count < 1:
            within, share = self._as_many_as_pixels(step)
        places = floats("Add", within, np.arange(bins).reshape(1, bins, 1).astype(float))
        return floats("Add", start, floats("Mul", step, places)), share

    def _as_many_as_pixels(self, step: str) -> Tuple[str, str]:
        """(places in a bin, shares) with one sample for every begun pixel of a box, none for the others' last ones."""
        floats, build = self.floats, self.build
        count = floats("Ceil", step)
        counts = floats("Concat", build.reshape(count, [-1]), [1.0], axis=0)
        most = build.reduce("ReduceMax", counts, [0], keepdims=0)
        index = floats.cast(build.count_to(build.cast(most, "INT64")))
        some = floats("Max", count, 1.0)
        share = floats("Div", floats.cast(floats("Less", index, count)), some)
        return floats("Div", floats("Add", index, 0.5), some), share

    def _corner(self, number: int) -> str:
        """One coordinate of every box: [boxes, 1, 1]."""
        build, floats = self.build, self.floats
        found = build.unsqueeze(build.add("Gather", [self.node.inputs[1], build.ints([number])], axis=1), [2])
        found = floats("Mul", found, self.node.attr("spatial_scale", 1.0))
        return str(floats("Sub", found, 0.5) if self.half else found)
