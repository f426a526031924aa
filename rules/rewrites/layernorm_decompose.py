"""LayerNormalization decomposed: mean, variance, normalize, scale, shift (onnx LayerNormalization-17)."""

from __future__ import annotations

from jetdoctor.recipes.normalization import layer_normalization
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("layernorm_decompose", "Decompose LayerNormalization into mean and variance")


def rewrite(node, edit):
    edit.replace(node, layer_normalization(node, edit))
