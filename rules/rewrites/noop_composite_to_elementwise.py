"""ReduceL1 and the like with ``noop_with_empty_axes=1`` and no axes: only their function is left."""

from __future__ import annotations

from jetdoctor.recipes.shapes import without_axes
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("noop_composite_to_elementwise", "Replace the reduction without axes by its function")


def rewrite(node, edit):
    if node.op_type not in ("ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp"):
        raise CannotRewrite("%s has no function of its own" % node.op_type)
    edit.replace(node, without_axes(node, edit))
