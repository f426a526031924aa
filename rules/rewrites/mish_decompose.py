"""Mish decomposed: ``x * tanh(softplus(x))`` (onnx Mish-18)."""

from __future__ import annotations

from jetdoctor.recipes.activations import mish
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("mish_decompose", "Decompose Mish into x * Tanh(Softplus(x))")


def rewrite(node, edit):
    edit.replace(node, mish(node, edit))
