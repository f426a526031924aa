"""Pools with dilations: the maximum of shifted, strided slices, or sums by a convolution (onnx MaxPool-10)."""

from __future__ import annotations

from jetdoctor.recipes.pooling import dilated_pool, geometry, has_windows
from jetdoctor.rule import CannotRewrite, Rewrite


def _fits(node):
    """Not for SAME padding or windows larger than the input, and where sizes count only if they are known."""
    known = node.op_type == "MaxPool" and not node.attr("ceil_mode", 0)
    if node.attr("auto_pad", "NOTSET").startswith("SAME") or not has_windows(node):
        return False
    return known or geometry(node) is not None


REWRITE = Rewrite("dilated_pool_rewrite", "Decompose the dilated pool", fits=_fits)


def rewrite(node, edit):
    if node.op_type not in ("AveragePool", "LpPool", "MaxPool"):
        raise CannotRewrite("%s is not a dilated pool" % node.op_type)
    edit.replace(node, dilated_pool(node, edit))
