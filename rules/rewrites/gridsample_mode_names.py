"""GridSample's modes by the names of opset 16, the only ones that TensorRT knows.

onnx GridSample-20 renamed bilinear to linear and bicubic to cubic, same computation.
"""

from __future__ import annotations

from jetdoctor.recipes.grid_sample import OLDER_MODES
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("gridsample_mode_names", "Name the interpolation as opset 16 does")


def rewrite(node, edit):
    mode = node.attr("mode", "linear")
    if mode not in OLDER_MODES or edit.rank(node.input(0)) != 4:
        raise CannotRewrite("the mode has no older name")
    if edit.opset >= 20:
        raise CannotRewrite("opset 20 does not know the older names")
    edit.set_attribute(node, "mode", OLDER_MODES[mode])
