"""InstanceNormalization written out: mean and variance over space (onnx InstanceNormalization-6).

TensorRT before 10 takes its scale and bias only as initializers.
"""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("instancenorm_decompose", "Write InstanceNormalization out as mean and variance")


def rewrite(node, edit):
    x = node.input(0)
    rank, dtype = edit.rank(x), edit.dtype(x)
    axes = list(range(2, rank))
    centred = edit.add("Sub", [x.name, edit.reduce("ReduceMean", x.name, axes)])
    variance = edit.reduce("ReduceMean", edit.add("Mul", [centred, centred]), axes)
    variance = edit.add("Add", [variance, edit.scalar(node.attr("epsilon", 1e-5), dtype)])
    result = edit.add("Div", [centred, edit.add("Sqrt", [variance])])
    scale, bias = (edit.reshape(name, [1, -1] + [1] * (rank - 2)) for name in node.inputs[1:3])
    edit.replace(node, [edit.add("Add", [edit.add("Mul", [result, scale]), bias])])
