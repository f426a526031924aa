"""BatchNormalization in training mode by its definition: mean and variance of the batch (onnx 14 and later).

What follows from weights alone (weight-standardised convolutions are exported that way) becomes an initializer.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("bn_batch_statistics", "Write the normalisation with the batch's statistics out")


def rewrite(node, edit):
    if node.opset < 14 or not node.attr("training_mode", 0):
        raise CannotRewrite("the stored statistics are used")
    for index in range(1, len(node.outputs)):
        name = node.outputs[index]
        if name and (node.output(index).consumers or name in node.graph.output_names):
            raise CannotRewrite("the running statistics are used")
    known = edit.array(node.output()) if node.output().is_constant_expression() else None
    edit.replace(node, [edit.constant(known) if known is not None else _written_out(node, edit)])


def _written_out(node, edit):
    """(x - mean) / sqrt(variance + epsilon) * scale + bias, over every axis but the channels'; halves in FLOAT."""
    rank, dtype = edit.rank(node.input(0)), edit.dtype(node.input(0))
    if rank < 2 or dtype not in ("FLOAT", "DOUBLE", "FLOAT16"):
        raise CannotRewrite("a %s of rank %d is not normalised" % (dtype, rank))
    inner = "FLOAT" if dtype == "FLOAT16" else dtype
    axes = [axis for axis in range(rank) if axis != 1]
    data = _as(edit, node.input(0), inner)
    centred = edit.add("Sub", [data, edit.reduce("ReduceMean", data, axes)])
    variance = edit.reduce("ReduceMean", edit.add("Mul", [centred, centred]), axes)
    epsilon = edit.scalar(node.attr("epsilon", 1e-5), inner)
    deviation = edit.add("Sqrt", [edit.add("Add", [variance, epsilon])])
    per_channel = [1, -1] + [1] * (rank - 2)
    scale, bias = (edit.reshape(_as(edit, node.input(index), inner), per_channel) for index in (1, 2))
    scaled = edit.add("Mul", [edit.add("Div", [centred, deviation]), scale])
    result = edit.add("Add", [scaled, bias])
    return edit.cast(result, dtype) if inner != dtype else result


def _as(edit, value, dtype):
    return value.name if edit.dtype(value) == dtype else edit.cast(value.name, dtype)
