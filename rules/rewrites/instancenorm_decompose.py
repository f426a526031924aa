"""InstanceNormalization decomposed: mean and variance over space (onnx InstanceNormalization-6).

TensorRT before 10 takes its scale and bias only as initializers.
"""

from __future__ import annotations

from jetdoctor.recipes.normalization import instance_normalization, varies
from jetdoctor.rule import Rewrite


def _fits(node):
    return varies(node.input(0), range(2, node.input(0).rank or 2))


REWRITE = Rewrite("instancenorm_decompose", "Decompose InstanceNormalization into mean and variance", fits=_fits)


def rewrite(node, edit):
    edit.replace(node, instance_normalization(node, edit))
