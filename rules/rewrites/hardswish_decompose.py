"""HardSwish decomposed: ``x * HardSigmoid(x)`` with alpha 1/6 and beta 1/2 (onnx HardSwish-14)."""

from __future__ import annotations

from jetdoctor.recipes.activations import hard_swish
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("hardswish_decompose", "Decompose HardSwish into x * HardSigmoid(x)")


def rewrite(node, edit):
    edit.replace(node, hard_swish(node, edit))
