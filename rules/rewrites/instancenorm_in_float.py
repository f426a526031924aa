"""InstanceNormalization of halves between Casts: TensorRT before 10 reads a FLOAT16 scale and bias as FLOAT bytes."""

from __future__ import annotations

from jetdoctor.recipes.normalization import instance_normalization_in_float
from jetdoctor.rule import CannotRewrite, Rewrite


def _fits(node):
    return "FLOAT16" in (node.input(0).dtype or "")


REWRITE = Rewrite("instancenorm_in_float", "Normalize in FLOAT, between Casts", fits=_fits)


def rewrite(node, edit):
    if not _fits(node):
        raise CannotRewrite("the values are not half precision")
    edit.replace(node, instance_normalization_in_float(node, edit))
