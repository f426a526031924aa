"""Resize (11 to 19) along axes whose sizes are not fixed: the neighbours of every output pixel, gathered and weighted.

Places are computed in FLOAT from running numbers, as ONNX Runtime does. What a parser of TensorRT 8 wants as a shape
is computed in whole numbers: a scale must be a fraction such as 2, 1.5 or 0.25, or the sizes must be given.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("resize_at_run_time", "Write the resize out with the sizes that the input has", constants=(2,))

_FINEST = 64  # denominators of scales
_PLACES = ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric")


def rewrite(node, edit):
    mode, dtype = node.attr("mode", "nearest"), edit.dtype(node.input(0))
    place = node.attr("coordinate_transformation_mode", "half_pixel")
    if node.op_type != "Resize" or node.opset < 11 or place not in _PLACES:
        raise CannotRewrite("coordinate mode %s is not written out at open sizes" % place)
    if node.attr("antialias", 0) or node.attr("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise CannotRewrite("this form is written out at fixed sizes only")
    if mode not in ("nearest", "linear", "cubic") or (mode != "nearest" and dtype != "FLOAT"):
        raise CannotRewrite("a %s resize of %s is not written out at open sizes" % (mode, dtype))
    result = node.inputs[0]
    for axis in _changing(node, edit):
        result = _resized(node, edit, result, axis, mode)
    edit.replace(node, [result])


class _Axis:
    """One axis that changes: its sizes as INT64 scalars and the scale, a number or a FLOAT scalar."""

    def __init__(self, node, edit, number, entry, scale):
        self.number, self.before = number, edit.size(node.input(0), number)
        if scale is None:
            self.after = edit.add("Gather", [node.inputs[3], edit.scalar(entry, "INT64")], axis=0)
            self.scale = edit.add("Div", [edit.cast(self.after, "FLOAT"), edit.cast(self.before, "FLOAT")])
        else:
            up, down = scale.as_integer_ratio()
            larger = edit.add("Mul", [self.before, edit.scalar(up, "INT64")])
            self.after = edit.add("Div", [larger, edit.scalar(down, "INT64")])
            self.scale = edit.scalar(scale, "FLOAT")


def _changing(node, edit):
    rank = edit.rank(node.input(0))
    axes = [int(axis) % rank for axis in node.attr("axes", tuple(range(rank)))]
    if node.present(3):
        sizes = edit.elements(node.input(3)) or [None] * len(axes)
        shape = node.input(0).shape
        chosen = [(i, a) for i, (a, n) in enumerate(zip(axes, sizes)) if n is None or n != shape[a]]
        return [_Axis(node, edit, a, i, None) for i, a in chosen]
    scales = edit.array(node.input(2)) if node.present(2) else None
    if scales is None or not all(scale.as_integer_ratio()[1] <= _FINEST for scale in scales.tolist()):
        raise CannotRewrite("the scales are not constant fractions")
    return [_Axis(node, edit, a, i, s) for i, (a, s) in enumerate(zip(axes, scales.tolist())) if s != 1.0]


def _resized(node, edit, data, axis, mode):
    one = edit.scalar(1, "INT64")
    numbers = edit.add("Range", [edit.scalar(0, "INT64"), axis.after, one])
    place = _place(node, edit, edit.cast(numbers, "FLOAT"), axis)
    last = edit.cast(edit.add("Sub", [axis.before, one]), "FLOAT")
    if mode == "nearest":
        return edit.add("Gather", [data, _index(edit, _nearest(node, edit, place), last)], axis=axis.number)
    if mode == "linear":
        place = _within(edit, place, last)
    low = edit.add("Floor", [place])
    part = edit.add("Sub", [place, low])
    total, weights = None, _cubic(node, edit, part) if mode == "cubic" else _linear(edit, part)
    if node.attr("exclude_outside", 0) and mode == "cubic":
        weights = _inside_only(edit, weights, low, last)
    for step, weight in weights:
        index = _index(edit, _math(edit, "Add", low, step) if step else low, last)
        weight = edit.unsqueeze(weight, list(range(1, edit.rank(node.input(0)) - axis.number)))
        taken = edit.add("Mul", [edit.add("Gather", [data, index], axis=axis.number), weight])
        total = taken if total is None else edit.add("Add", [total, taken])
    return total


def _place(node, edit, numbers, axis):
    """Position in the input of every output pixel, FLOAT [after]."""
    mode = node.attr("coordinate_transformation_mode", "half_pixel")
    if mode == "asymmetric":
        return edit.add("Div", [numbers, axis.scale])
    one = edit.scalar(1, "INT64")
    if mode == "align_corners":
        steps = edit.add("Max", [_math(edit, "Sub", edit.cast(axis.after, "FLOAT"), 1.0), edit.scalar(1.0, "FLOAT")])
        span = edit.cast(edit.add("Sub", [axis.before, one]), "FLOAT")
        return edit.add("Mul", [numbers, edit.add("Div", [span, steps])])
    middle = edit.add("Div", [_math(edit, "Add", numbers, 0.5), axis.scale])
    place = _math(edit, "Sub", middle, 0.5)
    if mode == "pytorch_half_pixel":  # a single pixel is taken from the start
        several = edit.cast(edit.add("Sub", [axis.after, one]), "FLOAT")
        return edit.add("Mul", [place, edit.add("Min", [several, edit.scalar(1.0, "FLOAT")])])
    return place


def _nearest(node, edit, place):
    mode = node.attr("nearest_mode", "round_prefer_floor")
    if mode == "round_prefer_floor":
        return edit.add("Ceil", [_math(edit, "Sub", place, 0.5)])
    if mode == "round_prefer_ceil":
        return edit.add("Floor", [_math(edit, "Add", place, 0.5)])
    return edit.add("Floor" if mode == "floor" else "Ceil", [place])


def _linear(edit, part):
    return [(0, edit.add("Sub", [edit.scalar(1.0, "FLOAT"), part])), (1, part)]


def _cubic(node, edit, part):
    """(step from the pixel below, weight) of the four neighbours."""
    a = node.attr("cubic_coeff_a", -0.75)

    def near(t):
        """((a + 2) t - (a + 3)) t^2 + 1"""
        bracket = _math(edit, "Sub", _math(edit, "Mul", t, a + 2), a + 3)
        return _math(edit, "Add", edit.add("Mul", [bracket, edit.add("Mul", [t, t])]), 1.0)

    def far(t):
        """((a t - 5 a) t + 8 a) t - 4 a"""
        value = _math(edit, "Sub", _math(edit, "Mul", t, a), 5 * a)
        value = _math(edit, "Add", edit.add("Mul", [value, t]), 8 * a)
        return _math(edit, "Sub", edit.add("Mul", [value, t]), 4 * a)

    rest = edit.add("Sub", [edit.scalar(1.0, "FLOAT"), part])
    beyond, before = (_math(edit, "Add", t, 1.0) for t in (rest, part))
    return [(-1, far(before)), (0, near(part)), (1, near(rest)), (2, far(beyond))]


def _inside_only(edit, weights, low, last):
    """The weights of pixels of the input alone, so that they make up 1."""
    kept = []
    for step, weight in weights:
        number = _math(edit, "Add", low, step)
        inside = edit.cast(edit.add("Equal", [_within(edit, number, last), number]), "FLOAT")
        kept.append((step, edit.add("Mul", [weight, inside])))
    total = kept[0][1]
    for _, weight in kept[1:]:
        total = edit.add("Add", [total, weight])
    return [(step, edit.add("Div", [weight, total])) for step, weight in kept]


def _within(edit, number, last):
    return edit.add("Max", [edit.add("Min", [number, last]), edit.scalar(0.0, "FLOAT")])


def _index(edit, number, last):
    return edit.cast(_within(edit, number, last), "INT64")


def _math(edit, op_type, left, right):
    return edit.add(op_type, [left, edit.scalar(right, "FLOAT")])
