"""Trilu with a mask over the last two axes: a constant, or row and column numbers compared (onnx Trilu-14).

Where instead of a product, so that Inf and NaN outside the triangle do not survive.
"""

from __future__ import annotations

from jetdoctor.recipes.triangle import trilu
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("trilu_mask", "Keep the triangle with a mask")


def rewrite(node, edit):
    edit.replace(node, trilu(node, edit))
