"""Convolution with an explicit ``kernel_shape`` from its weights, for parsers that do not infer it."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("conv_write_kernel_shape", "Make kernel_shape explicit")


def rewrite(node, edit):
    if node.has_attr("kernel_shape"):
        raise CannotRewrite("the kernel shape is given already")
    weights = node.input(1)
    edit.set_attribute(node, "kernel_shape", list(edit.sizes(weights, range(2, edit.rank(weights)))))
