"""GridSample with arithmetic and Gather: the neighbours of every sampling point, weighted.

onnx GridSample-16/20 for 4-D and 5-D input. Neighbour numbers are computed in FLOAT, which is exact below 2^24,
and turned into indices of one flat table of pixels. Sizes that are not fixed are read with Shape.
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
    channels = edit.sizes(x, [1])[0]
    edit.rank(grid)
    plan = _Plan(node, edit)
    taps = [plan.taps(axis, size, mode) for axis, size in enumerate(plan.spatial)]
    table = edit.transpose(x.name, [0] + list(range(2, rank)) + [1])
    table = edit.reshape(table, [-1, channels])
    total = None
    for corner in itertools.product(*taps):
        sample = edit.add("Gather", [table, plan.flat_index([tap[0] for tap in corner])], axis=0)
        weight = _product(edit, [tap[1] for tap in corner if tap[1]])
        if weight:
            sample = edit.add("Mul", [sample, edit.unsqueeze(weight, [2])])
        total = sample if total is None else edit.add("Add", [total, sample])
    result = edit.transpose(total, [0, 2, 1])
    edit.replace(node, [_shaped(edit, result, channels, grid)])


def _shaped(edit, flat, channels, grid):
    """``flat`` [N,C,P] with the points in the places that the grid has."""
    outer = grid.shape[1:-1]
    open_sizes = [size for size in outer if not isinstance(size, int)]
    if len(open_sizes) < 2:
        return edit.reshape(flat, [0, channels] + [size if isinstance(size, int) else -1 for size in outer])
    places = edit.slice(edit.add("Shape", [grid.name]), [1], [1 + len(outer)], [0])
    return edit.add("Reshape", [flat, edit.add("Concat", [edit.ints([0, channels]), places], axis=0)])


class _Plan:
    """Neighbours along one axis: (pixel number as FLOAT [N,P], weight [N,P] or None) per neighbour.

    A size is a number, or the name of a FLOAT scalar where it is not fixed.
    """

    def __init__(self, node, edit):
        self.edit, self.x, grid = edit, node.input(0), node.inputs[1]
        # NaN, which must not become an index, is -1 in PyTorch and ONNX Runtime.
        self.grid = edit.add("Where", [edit.add("Equal", [grid, grid]), grid, edit.scalar(-1.0, "FLOAT")])
        self.padding, self.align = node.attr("padding_mode", "zeros"), node.attr("align_corners", 0)
        self.batch, _, *self.spatial = [self.size(axis, size) for axis, size in enumerate(self.x.shape)]
        self.count = len(self.spatial)

    def size(self, axis, size):
        fixed = isinstance(size, int) or axis == 1
        return size if fixed else self.edit.cast(self.edit.size(self.x, axis), "FLOAT")

    def math(self, op_type, left, right):
        """Arithmetic on numbers here and now, on tensors as a node."""
        if not isinstance(left, str) and not isinstance(right, str):
            return {"Add": left + right, "Sub": left - right, "Mul": left * right}[op_type]
        names = [side if isinstance(side, str) else self.edit.scalar(side, "FLOAT") for side in (left, right)]
        return self.edit.add(op_type, names)

    def clip(self, value, low, high):
        if not isinstance(high, str):
            return self.edit.clip(value, low, high)
        return self.edit.add("Max", [self.edit.add("Min", [value, high]), self.edit.scalar(low, "FLOAT")])

    def taps(self, axis, size, mode):
        last = self.count - 1 - axis  # the grid names x first, then y, then z
        index = self.edit.scalar(last, "INT64")
        coordinate = self.edit.add("Gather", [self.grid, index], axis=self.count + 1)
        coordinate = self.edit.reshape(coordinate, [0, -1])
        shift = self.math("Mul", self.math("Sub", size, 1), 0.5)
        scale = shift if self.align else self.math("Mul", size, 0.5)
        place = self.math("Add", self.math("Mul", coordinate, scale), shift)
        place = self.padded(place, size) if mode not in _CUBIC else place
        if mode == "nearest":
            return [self.tap(self.edit.add("Round", [place]), None, size)]
        low = self.edit.add("Floor", [place])
        part = self.edit.add("Sub", [place, low])
        if mode in _LINEAR:
            weights = [(0, self.math("Sub", 1.0, part)), (1, part)]
        else:
            weights = list(zip((-1, 0, 1, 2), self.cubic(part)))
        numbers = [self.math("Add", low, float(step)) if step else low for step, _ in weights]
        return [self.tap(number, weight, size) for number, (_, weight) in zip(numbers, weights)]

    def tap(self, number, weight, size):
        if self.padding == "reflection":
            number = self.padded(number, size)
        inside = self.clip(number, 0, self.math("Sub", size, 1))
        if self.padding == "zeros":
            known = self.edit.cast(self.edit.add("Equal", [inside, number]), "FLOAT")
            weight = self.edit.add("Mul", [weight, known]) if weight else known
        return inside, weight

    def padded(self, place, size):
        if self.padding == "border":
            return self.clip(place, 0, self.math("Sub", size, 1))
        if self.padding != "reflection":
            return place
        start, span = (0.0, self.math("Sub", size, 1)) if self.align else (-0.5, size)
        if span == 0:
            return self.math("Mul", place, 0.0)
        if isinstance(span, str):  # a single pixel is reflected into its neighbour, which the border takes back
            span = self.edit.add("Max", [span, self.edit.scalar(1.0, "FLOAT")])
        offset, turn = self.math("Sub", place, start), self.math("Mul", span, 2.0)
        turns = self.edit.add("Floor", [self.divided(offset, turn)])
        offset = self.edit.add("Sub", [offset, self.math("Mul", turns, turn)])
        distance = self.edit.add("Abs", [self.math("Sub", offset, span)])
        return self.math("Sub", self.math("Add", span, start), distance)

    def divided(self, left, right):
        return self.edit.add("Div", [left, right if isinstance(right, str) else self.edit.scalar(right, "FLOAT")])

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

    def flat_index(self, numbers):
        """Row of the pixel table, INT64 [N,P]; counted in INT64 where FLOAT may not hold the number."""
        pixels, fixed = 1, not any(isinstance(size, str) for size in [self.batch, *self.spatial])
        for size in self.spatial if fixed else ():
            pixels *= size
        wide = not fixed or pixels * self.batch >= 1 << 24
        dtype = "INT64" if wide else "FLOAT"
        numbers = [self.edit.cast(number, dtype) if wide else number for number in numbers]
        flat = numbers[0]
        for number, size in zip(numbers[1:], self.spatial[1:]):
            flat = self.edit.add("Add", [self.edit.add("Mul", [flat, self.count_of(size, dtype)]), number])
        if self.batch != 1:
            flat = self.edit.add("Add", [flat, self.starts(dtype)])
        return flat if wide else self.edit.cast(flat, "INT64")

    def count_of(self, size, dtype):
        return self.edit.cast(size, dtype) if isinstance(size, str) else self.edit.scalar(size, dtype)

    def starts(self, dtype):
        """The first row of every image, [N,1]."""
        import numpy as np

        rows = [self.count_of(size, dtype) for size in self.spatial]
        if isinstance(self.batch, str):
            images = self.edit.along(self.x, 0, 2)
        else:
            images = self.edit.constant(self.edit.of(np.arange(self.batch).reshape(-1, 1), dtype))
        return _product(self.edit, [images, *rows])


def _product(edit, factors):
    total = factors[0] if factors else None
    for factor in factors[1:]:
        total = edit.add("Mul", [total, factor])
    return total
