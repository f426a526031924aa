"""ReduceL1 and the like with ``noop_with_empty_axes=1`` and no axes: only their function is left."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("noop_composite_to_elementwise", "Replace the reduction without axes by its function")


def rewrite(node, edit):
    if not node.attr("noop_with_empty_axes", 0):
        raise CannotRewrite("the reduction reduces")
    if node.present(1):
        axes = edit.array(node.input(1))
        if axes is None or axes.size:
            raise CannotRewrite("the reduction has axes")
    x = node.inputs[0]
    if node.op_type in ("ReduceL1", "ReduceL2"):
        result = edit.add("Abs", [x])
    elif node.op_type == "ReduceSumSquare":
        result = edit.add("Mul", [x, x])
    elif node.op_type == "ReduceLogSum":
        result = edit.add("Log", [x])
    elif node.op_type == "ReduceLogSumExp":
        result = x
    else:
        raise CannotRewrite("%s has no function of its own" % node.op_type)
    edit.replace(node, [result])
