"""RoiAlign (10 to 22) by averages as two products: what each bin takes from each row, and from each column."""

from __future__ import annotations

from jetdoctor.recipes.roi_align import roi_align
from jetdoctor.rule import CannotRewrite, Rewrite


def _fits(node):
    return node.attr("sampling_ratio", 0) >= 1 and node.attr("mode", "avg") == "avg"


REWRITE = Rewrite("roialign_decompose", "Decompose RoiAlign into products with sampling matrices", fits=_fits)


def rewrite(node, edit):
    if node.attr("sampling_ratio", 0) < 1:
        raise CannotRewrite("the number of samples depends on the boxes")
    edit.replace(node, roi_align(node, edit))
