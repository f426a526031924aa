"""Resize (10 to 19) decomposed axis by axis: constant matrices, or constant indices for nearest.

For forms that a parser does not know or ignores: cubic, antialias, kept aspect ratio, other coordinates.
"""

from __future__ import annotations

from jetdoctor.recipes.resize import FLOATS, resize_by_constants
from jetdoctor.rule import Rewrite


def _fits(node):
    sampled = node.attr("mode", "nearest") == "nearest" or node.input(0).dtype in (None, *FLOATS)
    return node.op_type == "Resize" and sampled and node.attr("coordinate_transformation_mode") != "tf_crop_and_resize"


REWRITE = Rewrite(
    "resize_to_matrices", "Decompose Resize into constant matrices or indices", constants=(2, 3), fits=_fits
)


def rewrite(node, edit):
    edit.replace(node, resize_by_constants(node, edit))
