"""Swish decomposed: ``x * sigmoid(alpha x)`` (onnx Swish-24)."""

from __future__ import annotations

from jetdoctor.recipes.activations import swish
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("swish_decompose", "Decompose Swish into x * Sigmoid(alpha * x)")


def rewrite(node, edit):
    edit.replace(node, swish(node, edit))
