"""A reduction with ``noop_with_empty_axes=1`` and no axes passes its input through (onnx Reduce*-18)."""

from __future__ import annotations

from jetdoctor.recipes.shapes import without_axes
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("drop_noop_reduce", "Remove the reduction that does nothing")

_PLAIN = ("ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceSum")


def rewrite(node, edit):
    if node.op_type not in _PLAIN:
        raise CannotRewrite("%s applies its function even without axes" % node.op_type)
    edit.replace(node, without_axes(node, edit))
