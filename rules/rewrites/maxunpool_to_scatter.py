"""MaxUnpool as zeros into which the values are scattered (onnx MaxUnpool-9 and -11)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("maxunpool_to_scatter", "Scatter the values into zeros")


def rewrite(node, edit):
    import numpy as np

    x, rank, dtype = node.input(0), edit.rank(node.input(0)), edit.dtype(node.input(0))
    before = edit.sizes(x, range(rank))
    sizes = _natural(node, before)
    if node.present(2):
        given = edit.array(node.input(2))
        if given is None or [int(n) for n in given] != sizes:
            # The numbers count the pixels of the windows: a larger result moves them in its own way.
            raise CannotRewrite("the result is not what the windows cover")
    zeros = edit.tensor(np.zeros(int(np.prod(sizes))), dtype)
    flat = [edit.reshape(name, [-1]) for name in (node.inputs[1], x.name)]
    filled = edit.add("ScatterElements", [zeros] + flat, axis=0)
    edit.replace(node, [edit.reshape(filled, sizes)])


def _natural(node, before):
    """Size that the attributes alone give."""
    window, count = node.attr("kernel_shape"), len(before) - 2
    steps, pads = node.attr("strides", (1,) * count), node.attr("pads", (0,) * (2 * count))
    spatial = [
        (size - 1) * step - pads[i] - pads[i + count] + k
        for i, (size, step, k) in enumerate(zip(before[2:], steps, window))
    ]
    return list(before[:2]) + spatial
