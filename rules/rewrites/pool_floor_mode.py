"""A pool with ceil_mode as one without: the padding that ceil_mode makes up, written down (onnx MaxPool-12).

A window that would start in the end padding is dropped, as ONNX says. An average that counts its padding
gets zeros by Pad first, since the made-up padding does not count.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("pool_floor_mode", "Make the padding of ceil_mode explicit")


def rewrite(node, edit):
    x = node.input(0)
    space = edit.rank(x) - 2
    if not node.attr("ceil_mode", 0) or node.attr("auto_pad", "NOTSET") != "NOTSET":
        raise CannotRewrite("the padding is not that of ceil_mode")
    pads = list(node.attr("pads", (0,) * 2 * space))
    extra = _made_up(node, pads, edit.sizes(x, range(2, space + 2)))
    name, own = x.name, [pads[axis] if axis < space else 0 for axis in range(2 * space)]
    if node.op_type == "AveragePool" and node.attr("count_include_pad", 0) and any(pads):
        name = _with_zeros(edit, x, pads, space)
        own, pads = [0] * 2 * space, [0] * 2 * space
        ends = [max(extra[axis] - node.attr("pads")[space + axis], 0) for axis in range(space)]
    else:
        ends = [max(size, 0) for size in extra]
    own[space:] = ends
    changed = {"ceil_mode": None, "pads": own}
    if node.op_type == "AveragePool":
        changed["count_include_pad"] = None
    outputs = edit.again(node, [name], len(node.outputs), **changed)
    edit.replace(node, [outputs] if isinstance(outputs, str) else outputs)


def _made_up(node, pads, sizes):
    """End padding of each axis with which rounding down gives the windows that ONNX counts."""
    space, kernel = len(sizes), node.attr("kernel_shape")
    strides, holes = (node.attr(name, (1,) * space) for name in ("strides", "dilations"))
    found = []
    for axis, size in enumerate(sizes):
        begin, end, step = pads[axis], pads[axis + space], strides[axis]
        reach = (kernel[axis] - 1) * holes[axis] + 1
        windows = -((size + begin + end - reach) // -step) + 1
        if (windows - 1) * step >= size + begin:
            windows -= 1
        found.append((windows - 1) * step + reach - size - begin)
        if found[-1] >= kernel[axis]:
            raise CannotRewrite("a padding of %d is not less than the kernel" % found[-1])
        if (max(found[-1], 0) + size + begin - reach) // step + 1 != windows:
            raise CannotRewrite("no padding gives %d windows" % windows)
    return found


def _with_zeros(edit, x, pads, space):
    if edit.opset < 11:
        raise CannotRewrite("Pad takes its pads as an input from opset 11 on")
    full = [0, 0] + pads[:space] + [0, 0] + pads[space:]
    return edit.add("Pad", [x.name, edit.ints(full), edit.scalar(0, edit.dtype(x))])
