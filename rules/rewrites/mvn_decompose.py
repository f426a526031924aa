"""MeanVarianceNormalization: (x - mean) / sqrt(variance), with onnx's guard of 1e-9 (onnx MVN-13)."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("mvn_decompose", "Write mean and variance out")


def rewrite(node, edit):
    x, dtype = node.inputs[0], edit.dtype(node.input(0))
    rank = edit.rank(node.input(0))
    axes = sorted(axis % rank for axis in node.attr("axes", (0, 2, 3)))
    centred = edit.add("Sub", [x, edit.reduce("ReduceMean", x, axes)])
    variance = edit.reduce("ReduceMean", edit.add("Mul", [centred, centred]), axes)
    deviation = edit.add("Add", [edit.add("Sqrt", [variance]), edit.scalar(1e-9, dtype)])
    edit.replace(node, [edit.add("Div", [centred, deviation])])
