"""InstanceNormalization decomposed: mean and variance over space (onnx InstanceNormalization-6).

TensorRT before 10 takes its scale and bias only as initializers.
"""

from __future__ import annotations

from jetdoctor.recipes.normalization import instance_normalization
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("instancenorm_decompose", "Decompose InstanceNormalization into mean and variance")


def rewrite(node, edit):
    edit.replace(node, instance_normalization(node, edit))
