"""DeformConv as GridSample at the places that the offsets name, and one product with the kernel (onnx 19 and 22).

The samples of all kernel points are stacked; where GridSample is not imported either, its own rewrite follows.
"""

from __future__ import annotations

from jetdoctor.recipes.deform_conv import deform_conv
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("deformconv_decompose", "Decompose DeformConv into GridSample and MatMul")


def rewrite(node, edit):
    edit.replace(node, deform_conv(node, edit))
