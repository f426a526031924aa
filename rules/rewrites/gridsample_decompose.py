"""GridSample with arithmetic and Gather: the neighbors of every sampling point, weighted."""

from __future__ import annotations

from jetdoctor.recipes.grid_sample import grid_sample, samples
from jetdoctor.rule import Rewrite


def _fits(node):
    return node.input(0).dtype is None or samples(node, node.input(0).dtype)


REWRITE = Rewrite("gridsample_decompose", "Decompose GridSample into Gather and arithmetic", fits=_fits)


def rewrite(node, edit):
    edit.replace(node, grid_sample(node, edit))
