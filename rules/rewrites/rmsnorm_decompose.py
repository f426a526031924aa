"""RMSNormalization decomposed: divide by the root of the mean square, scale (onnx RMSNormalization-23)."""

from __future__ import annotations

from jetdoctor.recipes.normalization import rms_normalization
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("rmsnorm_decompose", "Decompose RMSNormalization into a mean of squares")


def rewrite(node, edit):
    edit.replace(node, rms_normalization(node, edit))
