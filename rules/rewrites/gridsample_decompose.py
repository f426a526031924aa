"""GridSample with arithmetic and Gather: the neighbours of every sampling point, weighted.

onnx GridSample-16/20 for 4-D and 5-D input of known size. Neighbour numbers are computed in FLOAT, which
is exact below 2^24 pixels, and turned into indices of one flat table of pixels.
"""

from __future__ import annotations

import itertools

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("gridsample_decompose", "Write GridSample out with Gather and arithmetic")

_LINEAR, _CUBIC = ("bilinear", "linear"), ("bicubic", "cubic")


def rewrite(node, edit):
    x, grid = node.input(0), node.input(1)
    rank, mode = edit.rank(x), node.attr("mode", "linear")
    if edit.dtype(x) != "FLOAT" or edit.dtype(grid) != "FLOAT" or rank not in (4, 5):
        raise CannotRewrite("only FLOAT of rank 4 and 5 is written out")
    if mode in _CUBIC and rank != 4:
        raise CannotRewrite("cubic interpolation of volumes is not written out")
    channels, spatial = edit.sizes(x, [1])[0], edit.sizes(x, range(2, rank))
    outer = (grid.shape or ())[1:-1]
    if sum(not isinstance(size, int) for size in outer) > 1:
        raise CannotRewrite("the size of the grid is not known")
    plan = _Plan(node, edit, spatial)
    taps = [plan.taps(axis, size, mode) for axis, size in enumerate(spatial)]
    table = edit.transpose(x.name, [0] + list(range(2, rank)) + [1])
    table = edit.reshape(table, [-1, channels])
    first, total = _first_pixels(edit, x, spatial), None
    for corner in itertools.product(*taps):
        sample = edit.add("Gather", [table, _flat_index(edit, corner, spatial, first)], axis=0)
        weight = _product(edit, [tap[1] for tap in corner if tap[1]])
        if weight:
            sample = edit.add("Mul", [sample, edit.unsqueeze(weight, [2])])
        total = sample if total is None else edit.add("Add", [total, sample])
    result = edit.transpose(total, [0, 2, 1])
    shape = [0, channels] + [size if isinstance(size, int) else -1 for size in outer]
    edit.replace(node, [edit.reshape(result, shape)])


class _Plan:
    """Neighbours along one axis: (pixel number as FLOAT [N,P], weight [N,P] or None) per neighbour."""

    def __init__(self, node, edit, spatial):
        self.edit, self.grid, self.count = edit, node.inputs[1], len(spatial)
        self.padding, self.align = node.attr("padding_mode", "zeros"), node.attr("align_corners", 0)

    def number(self, value):
        return self.edit.scalar(value, "FLOAT")

    def math(self, op_type, left, right):
        right = right if isinstance(right, str) else self.number(right)
        left = left if isinstance(left, str) else self.number(left)
        return self.edit.add(op_type, [left, right])

    def taps(self, axis, size, mode):
        last = self.count - 1 - axis  # the grid names x first, then y, then z
        index = self.edit.scalar(last, "INT64")
        coordinate = self.edit.add("Gather", [self.grid, index], axis=self.count + 1)
        coordinate = self.edit.reshape(coordinate, [0, -1])
        scale, shift = ((size - 1) / 2.0, (size - 1) / 2.0) if self.align else (size / 2.0, (size - 1) / 2.0)
        place = self.math("Add", self.math("Mul", coordinate, scale), shift)
        place = self.padded(place, size) if mode not in _CUBIC else place
        if mode == "nearest":
            return [self.tap(self.edit.add("Round", [place]), None, size)]
        low = self.edit.add("Floor", [place])
        part = self.edit.add("Sub", [place, low])
        if mode in _LINEAR:
            weights = [(0, self.math("Sub", 1, part)), (1, part)]
        else:
            weights = list(zip((-1, 0, 1, 2), self.cubic(part)))
        numbers = [self.math("Add", low, step) if step else low for step, _ in weights]
        return [self.tap(number, weight, size) for number, (_, weight) in zip(numbers, weights)]

    def tap(self, number, weight, size):
        if self.padding == "reflection":
            number = self.padded(number, size)
        inside = self.edit.clip(number, 0, size - 1)
        if self.padding == "zeros":
            known = self.edit.cast(self.edit.add("Equal", [inside, number]), "FLOAT")
            weight = self.edit.add("Mul", [weight, known]) if weight else known
        return inside, weight

    def padded(self, place, size):
        if self.padding == "border":
            return self.edit.clip(place, 0, size - 1)
        if self.padding != "reflection":
            return place
        start, span = (0.0, float(size - 1)) if self.align else (-0.5, float(size))
        if not span:
            return self.math("Mul", place, 0.0)
        offset = self.math("Sub", place, start)
        turns = self.edit.add("Floor", [self.math("Div", offset, 2 * span)])
        offset = self.edit.add("Sub", [offset, self.math("Mul", turns, 2 * span)])
        distance = self.edit.add("Abs", [self.math("Sub", offset, span)])
        return self.math("Sub", start + span, distance)

    def cubic(self, part):
        """Weights of the four neighbours, cubic convolution with a = -0.75 as onnx has it."""
        a = -0.75
        far = self.math("Add", part, 1.0)
        near = self.math("Sub", 1.0, part)
        beyond = self.math("Sub", 2.0, part)
        return [self.outer(far, a), self.inner(part, a), self.inner(near, a), self.outer(beyond, a)]

    def inner(self, t, a):
        """((a + 2) t - (a + 3)) t^2 + 1"""
        bracket = self.math("Sub", self.math("Mul", t, a + 2), a + 3)
        return self.math("Add", self.edit.add("Mul", [bracket, self.edit.add("Mul", [t, t])]), 1.0)

    def outer(self, t, a):
        """((a t - 5 a) t + 8 a) t - 4 a"""
        value = self.math("Sub", self.math("Mul", t, a), 5 * a)
        value = self.math("Add", self.edit.add("Mul", [value, t]), 8 * a)
        return self.math("Sub", self.edit.add("Mul", [value, t]), 4 * a)


def _first_pixels(edit, x, spatial):
    """Row of the pixel table where every image starts, INT64 [N,1]; None for a single one."""
    import numpy as np

    pixels = int(np.prod(spatial))
    if pixels >= 1 << 24:
        raise CannotRewrite("the input has more pixels than FLOAT can number")
    if (x.shape or ())[0] == 1:
        return None
    return edit.add("Mul", [edit.along(x, 0, 2), edit.scalar(pixels, "INT64")])


def _flat_index(edit, corner, spatial, first):
    """Row of the pixel table, INT64 [N,P]."""
    flat = corner[0][0]
    for (number, _), size in zip(corner[1:], spatial[1:]):
        flat = edit.add("Add", [edit.add("Mul", [flat, edit.scalar(size, "FLOAT")]), number])
    flat = edit.cast(flat, "INT64")
    return edit.add("Add", [flat, first]) if first else flat


def _product(edit, factors):
    total = factors[0] if factors else None
    for factor in factors[1:]:
        total = edit.add("Mul", [total, factor])
    return total
