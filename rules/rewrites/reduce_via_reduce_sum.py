"""A reduction by way of ReduceSum, whose axes input TensorRT reads from 8.0 on.

Mean = sum / count, L1 = sum of Abs, L2 = root of the sum of squares, and so on (onnx Reduce*-18).
ReduceMax, ReduceMin and ReduceProd have no such form.
"""

from __future__ import annotations

from jetdoctor.recipes.reductions import by_reduce_sum, known_axes
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("reduce_via_reduce_sum", "Reduce with ReduceSum, whose axes input is read", constants=(1,))


def rewrite(node, edit):
    if known_axes(node, edit) is None:
        raise CannotRewrite("the axes are not constant")
    if node.op_type == "ReduceMean":
        edit.sizes(node.input(0), known_axes(node, edit))  # TensorRT counts no elements of open sizes
        if "INT" in edit.dtype(node.input(0)):
            raise CannotRewrite("a mean of integers rounds differently")
    edit.replace(node, by_reduce_sum(node, edit))
