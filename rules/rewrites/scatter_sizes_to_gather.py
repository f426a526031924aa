"""A Scatter with constant indices takes each element from the data or from the updates: Concat and one Gather.

Sizes that are written into a tensor by index are exported as ScatterND; TensorRT does not compute sizes with it.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("scatter_sizes_to_gather", "Read each size from its source with one Gather", constants=(1,))

#: Elements of a table of sizes; a larger one is data.
_LARGEST = 4096


def rewrite(node, edit):
    import numpy as np

    data, indices, updates = node.input(0), edit.array(node.input(1)), node.input(2)
    shapes = data.static_shape, updates.static_shape
    if indices is None or None in shapes or node.attr("reduction", "none") != "none":
        raise CannotRewrite("indices or sizes are not constant, or something is added up")
    count, more = (int(np.prod(shape)) for shape in shapes)
    if count + more > _LARGEST:
        raise CannotRewrite("this is data, not sizes")
    origin = np.arange(count).reshape(shapes[0])
    new = np.arange(count, count + more).reshape(shapes[1])
    if node.op_type == "ScatterND":
        origin[tuple(np.moveaxis(indices, -1, 0))] = new
    else:
        places = list(np.indices(indices.shape))
        places[node.attr("axis", 0)] = indices
        origin[tuple(places)] = new
    both = edit.add("Concat", [edit.reshape(data.name, [-1]), edit.reshape(updates.name, [-1])], axis=0)
    edit.replace(node, [edit.add("Gather", [both, edit.constant(origin)], axis=0)])
