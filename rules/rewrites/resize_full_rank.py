"""Resize with ``axes`` becomes Resize over every axis (onnx Resize-18; read from TensorRT 10 on)."""

from __future__ import annotations

from jetdoctor.recipes.resize_axes import for_every_axis
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("resize_full_rank", "Give scales or sizes for every axis", constants=(2, 3))


def rewrite(node, edit):
    axes = node.attr("axes")
    if axes is None:
        raise CannotRewrite("every axis is given already")
    if node.attr("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise CannotRewrite("the aspect ratio is kept among the given axes only")
    if node.attr("coordinate_transformation_mode") == "tf_crop_and_resize":
        raise CannotRewrite("the region is given for some axes only")
    index = 3 if node.present(3) else 2
    if edit.array(node.input(index)) is None:
        raise CannotRewrite("scales or sizes are not constant")
    edit.sizes(node.input(0), range(edit.rank(node.input(0))) if index == 3 else ())
    full = for_every_axis(node, edit)
    edit.remove_attribute(node, "axes")
    edit.set_input(node, index, full.get(index, node.inputs[index]))
