"""A loss written out as ONNX defines it (SoftmaxCrossEntropyLoss and NegativeLogLikelihoodLoss, onnx 12 and 13)."""

from __future__ import annotations

from jetdoctor.recipes.definition import write_out
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("loss_inline", "Write the loss out as ONNX defines it")


def rewrite(node, edit):
    edit.replace(node, write_out(node, edit))
