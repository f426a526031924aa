"""GroupNormalization with one group: mean and variance over space only."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("groupnorm_by_channel", "Every channel by itself")


def read(node, edit):
    import numpy as np

    x = node.input(0)
    rank, dtype = edit.rank(x), edit.dtype(x)
    channels = edit.sizes(x, [1])[0]
    ones, zeros = (edit.constant(edit.of(np.full(channels, value), dtype)) for value in (1, 0))
    flat = edit.add("InstanceNormalization", [x.name, ones, zeros], epsilon=node.attr("epsilon", 1e-5))
    scale, bias = (edit.reshape(name, [1, -1] + [1] * (rank - 2)) for name in node.inputs[1:3])
    edit.replace(node, [edit.add("Add", [edit.add("Mul", [flat, scale]), bias])])
