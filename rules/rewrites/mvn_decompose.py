"""MeanVarianceNormalization: (x - mean) / sqrt(variance), with onnx's guard of 1e-9 (onnx MVN-13)."""

from __future__ import annotations

from jetdoctor.recipes.normalization import mean_variance_normalization
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("mvn_decompose", "Decompose into mean and variance")


def rewrite(node, edit):
    edit.replace(node, mean_variance_normalization(node, edit))
