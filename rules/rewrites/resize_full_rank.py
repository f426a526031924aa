"""Resize with ``axes`` becomes Resize over every axis (onnx Resize-18; read from TensorRT 10 on)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("resize_full_rank", "Write scales or sizes of every axis out", constants=(2, 3))


def rewrite(node, edit):
    import numpy as np

    axes = node.attr("axes")
    if axes is None:
        raise CannotRewrite("every axis is given already")
    if node.attr("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise CannotRewrite("the aspect ratio is kept among the given axes only")
    if node.attr("coordinate_transformation_mode") == "tf_crop_and_resize":
        raise CannotRewrite("the region is given for some axes only")
    rank = edit.rank(node.input(0))
    index = 3 if node.present(3) else 2
    given = edit.array(node.input(index))
    if given is None:
        raise CannotRewrite("scales or sizes are not constant")
    full = np.ones(rank, given.dtype)
    if index == 3:
        full[:] = edit.sizes(node.input(0), range(rank))
    for axis, value in zip(axes, given):
        full[axis] = value
    edit.remove_attribute(node, "axes")
    edit.set_input(node, index, edit.constant(full))
