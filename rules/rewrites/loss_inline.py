"""A loss decomposed by its definition in ONNX (SoftmaxCrossEntropyLoss and NegativeLogLikelihoodLoss, 12 and 13)."""

from __future__ import annotations

from jetdoctor.recipes.definition import write_out
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("loss_inline", "Decompose the loss by its ONNX definition")


def rewrite(node, edit):
    edit.replace(node, write_out(node, edit))
