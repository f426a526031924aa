"""Pools with ``ceil_mode`` that keep the window which starts in the end padding."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Reading

READING = Reading("pool_rounded_up", "One window more")


def read(node, edit):
    import numpy as np

    x = node.input(0)
    if edit.wanted(node, 1):
        raise CannotRewrite("the indices of the maxima are read as well")
    pads = _pads(node, edit.sizes(x, range(2, edit.rank(x))))
    changed = {"ceil_mode": None, "pads": None, "auto_pad": None}
    if node.op_type == "MaxPool":
        lowest = np.finfo(np.float16 if edit.dtype(x) == "FLOAT16" else np.float32).min
        padded = _padded(edit, x.name, pads, edit.dtype(x), float(lowest))
        edit.replace(node, edit.again(node, [padded], **changed))
        return
    changed["count_include_pad"] = None
    ones = edit.add("Add", [edit.add("Mul", [x.name, edit.scalar(0, edit.dtype(x))]), edit.scalar(1, edit.dtype(x))])
    total = edit.again(node, [_padded(edit, x.name, pads, edit.dtype(x))], **changed)
    if node.attr("count_include_pad", 0):
        own = node.attr("pads") or [0] * len(pads)
        ones = _padded(edit, ones, own, edit.dtype(x), 1.0)
        pads = [whole - part for whole, part in zip(pads, own)]
    counted = edit.again(node, [_padded(edit, ones, pads, edit.dtype(x))], **changed)
    # A window without an element of the input: its average is taken for 0.
    counted = edit.add("Max", [counted, edit.scalar(1e-4, edit.dtype(x))])
    edit.replace(node, edit.add("Div", [total, counted]))


def _pads(node, sizes):
    """The padding with which every window that rounding up counts lies inside."""
    space, kernel = len(sizes), node.attr("kernel_shape")
    strides, holes = (node.attr(name) or (1,) * space for name in ("strides", "dilations"))
    pads = list(node.attr("pads") or (0,) * 2 * space)
    for axis, size in enumerate(sizes):
        begin, end, step = pads[axis], pads[axis + space], strides[axis]
        reach = (kernel[axis] - 1) * holes[axis] + 1
        windows = -((size + begin + end - reach) // -step) + 1
        pads[axis + space] = max((windows - 1) * step + reach - size - begin, end)
    return pads


def _padded(edit, name, pads, dtype, value=0.0):
    space = len(pads) // 2
    full = [0, 0, *pads[:space], 0, 0, *pads[space:]]
    if edit.opset < 11:
        return edit.add("Pad", [name], pads=full, value=value)
    return edit.add("Pad", [name, edit.ints(full), edit.scalar(value, dtype)])
