"""GroupNormalization by normalizing each group as one instance (onnx GroupNormalization-18 and -21).

Opset 18 has one scale per group, opset 21 one per channel.
"""

from __future__ import annotations

from jetdoctor.recipes.normalization import group_normalization
from jetdoctor.rule import Rewrite


def _fits(node):
    return node.input(0).dtype != "DOUBLE" or node.opset < 21  # from there on statistics of DOUBLE are FLOAT


REWRITE = Rewrite("groupnorm_decompose", "Decompose GroupNormalization into InstanceNormalization", fits=_fits)


def rewrite(node, edit):
    edit.replace(node, group_normalization(node, edit))
