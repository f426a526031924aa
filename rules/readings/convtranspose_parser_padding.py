"""ConvTranspose padded as the parser pads it: the odd element at the end, nothing read beside ``auto_pad``."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("convtranspose_parser_padding", "The parser's padding")


def read(node, edit):
    mode = node.attr("auto_pad", "NOTSET")
    if mode != "NOTSET":
        edit.remove_attribute(node, "output_shape")
        edit.remove_attribute(node, "output_padding")
        return
    space = edit.rank(node.input(0)) - 2
    sizes = edit.sizes(node.input(0), range(2, space + 2))
    spans = node.attr("kernel_shape") or edit.sizes(node.input(1), range(2, space + 2))
    strides, holes = (node.attr(name) or (1,) * space for name in ("strides", "dilations"))
    added = list(node.attr("output_padding") or (0,) * space)
    begins, ends = [], []
    for axis, wanted in enumerate(list(node.attr("output_shape"))[-space:]):
        total = strides[axis] * (sizes[axis] - 1) + added[axis] + holes[axis] * (spans[axis] - 1) + 1 - wanted
        begin = int(total / 2)  # as C++ divides: towards 0
        end = total - begin
        begins.append(begin)
        ends.append(max(end, 0))
        added[axis] += max(-end, 0)
    edit.remove_attribute(node, "output_shape")
    edit.set_attribute(node, "pads", begins + ends)
    edit.set_attribute(node, "output_padding", added)
