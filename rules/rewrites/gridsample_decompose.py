"""GridSample with arithmetic and Gather: the neighbors of every sampling point, weighted."""

from __future__ import annotations

from jetdoctor.recipes.grid_sample import grid_sample
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("gridsample_decompose", "Decompose GridSample into Gather and arithmetic")


def rewrite(node, edit):
    edit.replace(node, grid_sample(node, edit))
