"""RoiAlign (10 to 22) by averages as two products: what each bin takes from each row, and from each column.

Bilinear samples are separable, and so is the rule that a sample far outside counts nothing.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("roialign_decompose", "Write RoiAlign out as products with sampling matrices")


def rewrite(node, edit):
    x, count = node.input(0), node.attr("sampling_ratio", 0)
    if node.attr("mode", "avg") != "avg" or count < 1:
        raise CannotRewrite("only averages of a fixed number of samples are written out")
    if edit.rank(x) != 4 or edit.dtype(x) != "FLOAT":
        raise CannotRewrite("only FLOAT images are written out")
    rows = _matrix(node, edit, 1, node.attr("output_height", 1), count)
    columns = _matrix(node, edit, 0, node.attr("output_width", 1), count)
    image = x.name if x.shape[0] == 1 else edit.add("Gather", [x.name, node.inputs[2]], axis=0)
    taken = edit.add("MatMul", [edit.unsqueeze(rows, [1]), image])
    turned = edit.unsqueeze(edit.transpose(columns, [0, 2, 1]), [1])
    edit.replace(node, [edit.add("MatMul", [taken, turned])])


def _matrix(node, edit, side, bins, count):
    """What every bin takes from every pixel along an axis: FLOAT [regions, bins, pixels]. ``side``: 0 is x, 1 is y."""
    x, axis = node.input(0), 3 - side
    place = _places(node, edit, side, bins, count)
    size = edit.cast(edit.size(x, axis), "FLOAT")
    last = _math(edit, "Sub", size, 1.0)
    outside = edit.add("Or", [_math(edit, "Less", place, -1.0), edit.add("Greater", [place, size])])
    inside = edit.cast(edit.add("Not", [outside]), "FLOAT")
    place = edit.add("Max", [edit.add("Min", [place, last]), edit.scalar(0.0, "FLOAT")])
    low = edit.add("Floor", [place])
    part = edit.add("Sub", [place, low])
    high = edit.add("Min", [_math(edit, "Add", low, 1.0), last])
    pixels = edit.cast(edit.numbers(x, axis), "FLOAT")
    weights = [edit.add("Sub", [edit.scalar(1.0, "FLOAT"), part]), part]
    shares = [_share(edit, near, weight, pixels) for near, weight in zip((low, high), weights)]
    total = edit.add("Mul", [edit.add("Add", shares), edit.unsqueeze(inside, [3])])
    return edit.reduce("ReduceMean", total, [2], keepdims=0)


def _places(node, edit, side, bins, count):
    """Where the samples lie, in pixels: FLOAT [regions, bins, samples]."""
    import numpy as np

    half = node.attr("coordinate_transformation_mode", "half_pixel" if node.opset >= 16 else "output_half_pixel")
    start, end = (_bound(node, edit, number, half) for number in (side, side + 2))
    size = edit.add("Sub", [end, start])
    if half != "half_pixel":
        size = edit.add("Max", [size, edit.scalar(1.0, "FLOAT")])
    step = _math(edit, "Div", size, float(bins))
    number = edit.tensor(np.arange(bins).reshape(1, bins, 1), "FLOAT")
    within = edit.tensor((np.arange(count) + 0.5).reshape(1, 1, count), "FLOAT")
    first = edit.add("Add", [start, edit.add("Mul", [step, number])])
    return edit.add("Add", [first, _math(edit, "Div", edit.add("Mul", [step, within]), float(count))])


def _bound(node, edit, number, half):
    found = edit.unsqueeze(edit.add("Gather", [node.inputs[1], edit.ints([number])], axis=1), [2])
    found = _math(edit, "Mul", found, node.attr("spatial_scale", 1.0))
    return _math(edit, "Sub", found, 0.5) if half == "half_pixel" else found


def _share(edit, near, weight, pixels):
    here = edit.cast(edit.add("Equal", [edit.unsqueeze(near, [3]), pixels]), "FLOAT")
    return edit.add("Mul", [here, edit.unsqueeze(weight, [3])])


def _math(edit, op_type, left, right):
    return edit.add(op_type, [left, edit.scalar(right, "FLOAT")])
