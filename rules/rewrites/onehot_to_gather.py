"""OneHot of constant indices takes on and off from its values: one Gather with constant indices (onnx OneHot-11).

This is how ``torch.repeat_interleave`` writes its repeats, ``[1, n, 1]``: TensorRT does not compute sizes with OneHot.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("onehot_to_gather", "Gather the values with constant indices", constants=(0, 1))


def rewrite(node, edit):
    import numpy as np

    indices, depth = edit.array(node.input(0)), edit.array(node.input(1))
    if indices is None or depth is None:
        raise CannotRewrite("indices or depth are not constant")
    depth = int(np.asarray(depth).reshape(-1)[0])
    axis = node.attr("axis", -1) % (indices.ndim + 1)
    classes = np.arange(depth).reshape([depth if d == axis else 1 for d in range(indices.ndim + 1)])
    wide = np.expand_dims(indices, axis)
    hit = (wide == classes) | (wide + depth == classes)
    edit.replace(node, [edit.add("Gather", [node.inputs[2], edit.constant(hit.astype(np.int64))], axis=0)])
