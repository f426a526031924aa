"""Resize (11 to 19) along axes whose sizes are not fixed: the neighbors of every output pixel, gathered and weighted.

What a parser of TensorRT 8 wants as a shape is computed in whole numbers: a scale must be a fraction such as 2, 1.5 or
0.25, or the sizes must be given.
"""

from __future__ import annotations

from jetdoctor.recipes.resize_open import is_fraction, resize_of_open_sizes
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("resize_at_run_time", "Decompose the Resize for the input's sizes at run time", constants=(2,))


def rewrite(node, edit):
    if node.opset < 11 or node.attr("antialias", 0) or node.attr("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise CannotRewrite("this form is decomposed at fixed sizes only")
    if not node.present(3):
        scales = edit.array(node.input(2))
        if scales is None or not all(map(is_fraction, scales.tolist())):
            raise CannotRewrite("the scales are not constant fractions")
    edit.replace(node, resize_of_open_sizes(node, edit))
