"""A reduction by way of ReduceSum, whose axes input TensorRT reads from 8.0 on.

Mean = sum / count, L1 = sum of Abs, L2 = root of the sum of squares, and so on (onnx Reduce*-18).
ReduceMax, ReduceMin and ReduceProd have no such form.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("reduce_via_reduce_sum", "Reduce with ReduceSum, whose axes input is read")

_FORMS = ("ReduceMean", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp")


def rewrite(node, edit):
    if node.op_type not in _FORMS or edit.opset < 13:
        raise CannotRewrite("%s cannot be written with ReduceSum" % node.op_type)
    x, keepdims = node.input(0), node.attr("keepdims", 1)
    axes = _axes(node, edit)
    if node.op_type == "ReduceMean":
        result = _mean(edit, x, axes, keepdims)
    elif node.op_type == "ReduceLogSumExp":
        result = _log_sum_exp(edit, x, axes, keepdims)
    else:
        result = _composite(node.op_type, edit, x.name, axes, keepdims)
    edit.replace(node, [result])


def _axes(node, edit):
    axes = node.attr("axes")
    if axes is None and node.present(1):
        axes = edit.array(node.input(1))
        if axes is None:
            raise CannotRewrite("the axes are not constant")
    rank = edit.rank(node.input(0))
    if axes is None or not len(axes):
        if node.attr("noop_with_empty_axes", 0):
            raise CannotRewrite("the reduction does nothing")
        return list(range(rank))
    return sorted(int(axis) % rank for axis in axes)


def _mean(edit, x, axes, keepdims):
    dtype = edit.dtype(x)
    if "INT" in dtype:
        raise CannotRewrite("a mean of integers rounds in its own way")
    count = 1
    for size in edit.sizes(x, axes):
        count *= size
    if not count:
        raise CannotRewrite("the mean of nothing")
    total = edit.reduce("ReduceSum", x.name, axes, keepdims)
    return edit.add("Div", [total, edit.scalar(count, dtype)])


def _composite(op_type, edit, x, axes, keepdims):
    if op_type == "ReduceL1":
        return edit.reduce("ReduceSum", edit.add("Abs", [x]), axes, keepdims)
    if op_type == "ReduceLogSum":
        return edit.add("Log", [edit.reduce("ReduceSum", x, axes, keepdims)])
    squares = edit.reduce("ReduceSum", edit.add("Mul", [x, x]), axes, keepdims)
    return edit.add("Sqrt", [squares]) if op_type == "ReduceL2" else squares


def _log_sum_exp(edit, x, axes, keepdims):
    """The largest element is taken out of the exponent one axis at a time, with TopK: no overflow."""
    peak = x.name
    for axis in axes:
        peak = edit.add("TopK", [peak, edit.ints([1])], 2, axis=axis, largest=1, sorted=1)[0]
    shifted = edit.add("Exp", [edit.add("Sub", [x.name, peak])])
    total = edit.add("Log", [edit.reduce("ReduceSum", shifted, axes, 1)])
    result = edit.add("Add", [total, peak])
    return result if keepdims else edit.squeeze(result, axes)
