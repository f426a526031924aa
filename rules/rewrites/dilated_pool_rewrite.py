"""MaxPool with dilations as the maximum of shifted, strided slices (onnx MaxPool-10)."""

from __future__ import annotations

import itertools

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("dilated_pool_rewrite", "Take the maximum of shifted slices")

_LARGEST = 49  # slices
_END = (1 << 31) - 1  # beyond the end of every axis, and an INT32


def rewrite(node, edit):
    x, rank = node.input(0), edit.rank(node.input(0))
    space, kernel = rank - 2, node.attr("kernel_shape")
    if node.op_type != "MaxPool" or len([name for name in node.outputs if name]) > 1:
        raise CannotRewrite("only MaxPool without indices is written out")
    if node.attr("ceil_mode", 0) or node.attr("auto_pad", "NOTSET") != "NOTSET":
        raise CannotRewrite("implicit padding is not written out")
    if edit.dtype(x) not in ("FLOAT", "FLOAT16", "DOUBLE"):
        raise CannotRewrite("the padding of integers has no value that loses every comparison")
    holes, strides = (node.attr(name, (1,) * space) for name in ("dilations", "strides"))
    pads = node.attr("pads", (0,) * 2 * space)
    offsets = list(itertools.product(*[range(size) for size in kernel]))
    if len(offsets) > _LARGEST:
        raise CannotRewrite("a window of %d elements is too large" % len(offsets))
    data = _padded(edit, x.name, edit.dtype(x), pads, space)
    pieces = []
    for offset in offsets:
        starts, ends = [], []
        for axis in range(space):
            # Counted from the end, so that the size may be open: every slice leaves out the same number of pixels.
            left_out = holes[axis] * (kernel[axis] - 1 - offset[axis])
            starts.append(offset[axis] * holes[axis])
            ends.append(-left_out if left_out else _END)
        pieces.append(edit.slice(data, starts, ends, list(range(2, rank)), list(strides)))
    edit.replace(node, [edit.add("Max", pieces)])


def _padded(edit, name, dtype, pads, space):
    if not any(pads):
        return name
    full = [0, 0] + list(pads[:space]) + [0, 0] + list(pads[space:])
    if edit.opset < 11:
        raise CannotRewrite("Pad takes its pads as an input from opset 11 on")
    lowest = {"FLOAT": -3.4028234663852886e38, "FLOAT16": -65504.0, "DOUBLE": -1.7976931348623157e308}[dtype]
    return edit.add("Pad", [name, edit.ints(full), edit.scalar(lowest, dtype)])
