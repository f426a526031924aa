"""AffineGrid as the product of the output's constant coordinates and the matrix (onnx AffineGrid-20)."""

from __future__ import annotations

from jetdoctor.recipes.affine_grid import affine_grid
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("affinegrid_inline", "Multiply constant coordinates by the matrix")


def rewrite(node, edit):
    edit.replace(node, affine_grid(node, edit))
