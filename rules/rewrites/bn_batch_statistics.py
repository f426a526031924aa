"""BatchNormalization in training mode by its definition: mean and variance of the batch (onnx 14 and later).

What follows from weights alone (weight-standardised convolutions are exported that way) becomes an initializer.
"""

from __future__ import annotations

from jetdoctor.recipes.normalization import batch_normalization_in_training
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("bn_batch_statistics", "Decompose the normalization with the batch's statistics")


def rewrite(node, edit):
    if node.opset < 14 or not node.attr("training_mode", 0):
        raise CannotRewrite("the stored statistics are used")
    known = edit.array(node.output()) if node.output().is_constant_expression() else None
    edit.replace(node, batch_normalization_in_training(node, edit) if known is None else edit.constant(known))
