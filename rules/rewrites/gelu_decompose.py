"""Gelu decomposed: ``x/2 (1 + erf(x/sqrt 2))``, or its tanh form (onnx Gelu-20)."""

from __future__ import annotations

from jetdoctor.recipes.activations import gelu
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("gelu_decompose", "Decompose Gelu into Erf or Tanh")


def rewrite(node, edit):
    edit.replace(node, gelu(node, edit))
