"""RoiAlign with an explicit ``sampling_ratio=0``: TensorRT's own default is another."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("roialign_explicit_sampling", "Set sampling_ratio explicitly")


def rewrite(node, edit):
    if node.has_attr("sampling_ratio"):
        raise CannotRewrite("the sampling ratio is given already")
    edit.set_attribute(node, "sampling_ratio", 0)
