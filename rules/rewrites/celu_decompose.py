"""Celu decomposed: ``max(0, x) + min(0, alpha (exp(x/alpha) - 1))`` (onnx Celu-12)."""

from __future__ import annotations

from jetdoctor.recipes.activations import celu
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("celu_decompose", "Decompose Celu into Relu and Exp")


def rewrite(node, edit):
    edit.replace(node, celu(node, edit))
