"""A loss decomposed by its definition in ONNX (SoftmaxCrossEntropyLoss and NegativeLogLikelihoodLoss, 12 and 13)."""

from __future__ import annotations

from jetdoctor.recipes.definition import expand_definition
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("loss_inline", "Decompose the loss by its ONNX definition")


def rewrite(node, edit):
    edit.replace(node, expand_definition(node, edit))
