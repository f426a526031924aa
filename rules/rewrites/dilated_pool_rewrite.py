"""Pools with dilations: the maximum of shifted, strided slices, or sums by a convolution (onnx MaxPool-10)."""

from __future__ import annotations

from jetdoctor.recipes.pooling import dilated_pool
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("dilated_pool_rewrite", "Decompose the dilated pool")


def rewrite(node, edit):
    if node.op_type not in ("AveragePool", "LpPool", "MaxPool"):
        raise CannotRewrite("%s is not a dilated pool" % node.op_type)
    edit.replace(node, dilated_pool(node, edit))
