"""TensorScatter as an update of the cache at computed places (onnx TensorScatter-24).

Without write indices the update comes first and the rest of the cache behind it: a Concat. Otherwise every element
of the update is scattered to its batch's index plus its own, in circular mode counted round.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("tensorscatter_to_scatternd", "Decompose TensorScatter into Concat or ScatterElements")


def rewrite(node, edit):
    cache, update = node.input(0), node.input(1)
    rank = edit.rank(cache)
    axis = node.attr("axis", -2) % rank
    if axis == 0:
        raise CannotRewrite("the first axis is the batch")
    length, size = edit.sizes(update, [axis])[0], edit.sizes(cache, [axis])[0]
    if not node.present(2):
        rest = edit.slice(cache.name, [length], [size], [axis])
        edit.replace(node, [edit.add("Concat", [update.name, rest], axis=axis)])
        return
    places = _places(node, edit, rank, axis, length, size)
    full = edit.add("Expand", [places, edit.add("Shape", [update.name])])
    edit.replace(node, [edit.add("ScatterElements", [cache.name, full, update.name], axis=axis)])


def _places(node, edit, rank, axis, length, size):
    """Where the elements go along the axis, with a size for the batch and one for the axis."""
    import numpy as np

    shape = [1] * rank
    shape[axis] = length
    own = edit.constant(np.arange(length, dtype=np.int64).reshape(shape))
    first = edit.add("Cast", [node.inputs[2]], to=7)
    places = edit.add("Add", [edit.unsqueeze(first, list(range(1, rank))), own])
    if node.attr("mode", "linear") != "circular":
        return places
    rounds = edit.add("Div", [places, edit.ints([size])])
    return edit.add("Sub", [places, edit.add("Mul", [rounds, edit.ints([size])])])
