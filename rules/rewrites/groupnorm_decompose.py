"""GroupNormalization by normalising each group as one instance (onnx GroupNormalization-18 and -21).

Opset 18 has one scale per group, opset 21 one per channel.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("groupnorm_decompose", "Write GroupNormalization out with InstanceNormalization")


def rewrite(node, edit):
    import numpy as np

    x = node.input(0)
    rank, dtype = edit.rank(x), edit.dtype(x)
    channels, groups = edit.sizes(x, [1])[0], node.attr("num_groups")
    sizes = [size if isinstance(size, int) else None for size in x.shape]
    if sum(size is None for size in sizes[1:]) > 1 or (sizes[0] is None and None in sizes[1:]):
        raise CannotRewrite("too many sizes are not fixed")
    cast = dtype != "FLOAT" and node.attr("stash_type", 1) == 1
    data = edit.cast(x.name, "FLOAT") if cast else x.name
    inner = "FLOAT" if cast else dtype
    flat = edit.reshape(data, [0, groups, -1])
    unit = [edit.tensor(np.full(groups, value), inner) for value in (1, 0)]
    flat = edit.add("InstanceNormalization", [flat] + unit, epsilon=node.attr("epsilon", 1e-5))
    shape = [0 if axis == 0 else -1 if size is None else size for axis, size in enumerate(sizes)]
    result = edit.reshape(flat, shape)
    result = edit.cast(result, dtype) if cast else result
    scale, bias = (_per_channel(node, edit, index, channels, groups, rank) for index in (1, 2))
    edit.replace(node, [edit.add("Add", [edit.add("Mul", [result, scale]), bias])])


def _per_channel(node, edit, index, channels, groups, rank):
    """The scale or bias as a tensor that broadcasts over batch and space."""
    name = node.inputs[index]
    if node.opset < 21 and groups != channels:
        wide = edit.add("Expand", [edit.reshape(name, [groups, 1]), edit.ints([groups, channels // groups])])
        name = wide
    return edit.reshape(name, [1, channels] + [1] * (rank - 2))
