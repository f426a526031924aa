"""MeanVarianceNormalization: (x - mean) / sqrt(variance), with onnx's guard of 1e-9 (onnx MVN-13)."""

from __future__ import annotations

from jetdoctor.recipes.normalization import VARIANCE_AXES, mean_variance_normalization, varies
from jetdoctor.rule import Rewrite


def _fits(node):
    return varies(node.input(0), node.attr("axes", VARIANCE_AXES))


REWRITE = Rewrite("mvn_decompose", "Decompose into mean and variance", fits=_fits)


def rewrite(node, edit):
    edit.replace(node, mean_variance_normalization(node, edit))
