"""ConvTranspose with its padding written down, as ONNX computes it from other attributes (ConvTranspose-11).

What the output grows by at its end becomes ``output_padding``; nothing can make it grow at its beginning.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("convtranspose_explicit_pads", "Make the padding of the ConvTranspose explicit")


def rewrite(node, edit):
    x, kernel = node.input(0), node.input(1)
    mode = node.attr("auto_pad", "NOTSET")
    if node.op_type != "ConvTranspose" or not (node.has_attr("output_shape") or mode != "NOTSET"):
        raise CannotRewrite("its padding is explicit already")
    space = edit.rank(x) - 2
    sizes = edit.sizes(x, range(2, space + 2))
    spans = node.attr("kernel_shape") or edit.sizes(kernel, range(2, space + 2))
    strides, holes = (node.attr(name) or (1,) * space for name in ("strides", "dilations"))
    added = list(node.attr("output_padding") or (0,) * space)
    wanted = list(node.attr("output_shape") or ())[-space:]
    begins, ends = [], []
    for axis in range(space):
        full = strides[axis] * (sizes[axis] - 1) + holes[axis] * (spans[axis] - 1) + 1 + added[axis]
        size = wanted[axis] if wanted else full if mode == "VALID" else sizes[axis] * strides[axis]
        begin, end = _split(full - size, mode)
        if end < 0:
            added[axis], end = added[axis] - end, 0
            if added[axis] >= max(strides[axis], holes[axis]):
                raise CannotRewrite("the output grows by a whole stride")
        begins.append(begin)
        ends.append(end)
    edit.remove_attribute(node, "output_shape")
    edit.remove_attribute(node, "auto_pad")
    edit.set_attribute(node, "pads", begins + ends)
    edit.remove_attribute(node, "output_padding")
    if any(added):
        edit.set_attribute(node, "output_padding", added)


def _split(total, mode):
    """What is cut off at the beginning and at the end."""
    if total < 0:
        return 0, total
    half = total // 2
    return (half, total - half) if mode == "SAME_UPPER" else (total - half, half)
