"""ConvTranspose without ``output_padding``: zeros go; what it adds at the end is cut off less (ConvTranspose-1)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("convtranspose_output_padding", "Express the output padding through the pads")


def rewrite(node, edit):
    added = node.attr("output_padding", ())
    if node.op_type != "ConvTranspose" or not node.has_attr("output_padding"):
        raise CannotRewrite("there is no output padding")
    if any(added):
        pads = list(node.attr("pads", (0,) * 2 * len(added)))
        if node.attr("auto_pad", "NOTSET") != "NOTSET" or node.has_attr("output_shape"):
            raise CannotRewrite("the padding follows from other attributes")
        pads[len(added) :] = [end - more for end, more in zip(pads[len(added) :], added)]
        if min(pads) < 0:
            raise CannotRewrite("output_padding is larger than the padding")
        edit.set_attribute(node, "pads", pads)
    edit.remove_attribute(node, "output_padding")
