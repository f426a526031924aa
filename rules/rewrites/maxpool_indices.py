"""MaxPool with its Indices: one slice of the input per pixel of the window, and ArgMax over them.

No TensorRT parser gives the second output (onnx MaxPool-8 to -12). Windows without padding only, so that
every candidate is a pixel of the input.
"""

from __future__ import annotations

import itertools

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("maxpool_indices", "Find the index of the maximum with ArgMax")

_LARGEST = 64  # pixels of a window


def rewrite(node, edit):
    x, rank = node.input(0), edit.rank(node.input(0))
    if len(node.outputs) < 2 or node.attr("storage_order", 0) or edit.dtype(x) not in ("FLOAT", "FLOAT16"):
        raise CannotRewrite("there are no indices, or they count the columns first")
    if node.attr("auto_pad", "NOTSET") not in ("NOTSET", "VALID") or any(node.attr("pads", ())):
        raise CannotRewrite("the windows reach into padding")
    window, count = list(node.attr("kernel_shape")), rank - 2
    steps, gaps = node.attr("strides", (1,) * count), node.attr("dilations", (1,) * count)
    sizes, results = edit.sizes(x, range(2, rank)), edit.sizes(node.output(), range(2, rank))
    reach = [(n - 1) * step + (k - 1) * gap for n, step, k, gap in zip(results, steps, window, gaps)]
    if any(last >= size for last, size in zip(reach, sizes)):
        raise CannotRewrite("the windows reach beyond the input")
    offsets = list(itertools.product(*[[i * gap for i in range(k)] for k, gap in zip(window, gaps)]))
    if len(offsets) > _LARGEST:
        raise CannotRewrite("a window of %d pixels is too large" % len(offsets))
    pieces = [_piece(edit, x.name, offset, results, steps) for offset in offsets]
    stacked = edit.add("Concat", [edit.unsqueeze(piece, [rank]) for piece in pieces], axis=rank)
    best = edit.add("ArgMax", [stacked], axis=rank, keepdims=0)
    places = _places(edit, x, sizes, offsets, best, [range(0, n * s, s) for n, s in zip(results, steps)])
    maximum = edit.again(node, list(node.inputs), storage_order=None)
    edit.replace(node, [maximum, places])


def _piece(edit, name, offset, results, steps):
    """The pixel at one place of every window."""
    axes = list(range(2, 2 + len(offset)))
    ends = [start + (n - 1) * step + 1 for start, n, step in zip(offset, results, steps)]
    return edit.slice(name, list(offset), ends, axes, list(steps))


def _places(edit, x, sizes, offsets, best, corners):
    """Numbers of the pixels in the whole input: of the window's corner, plus its pixel, plus the plane."""
    import numpy as np

    table = np.array([np.ravel_multi_index(offset, sizes) for offset in offsets], dtype=np.int64)
    corner = np.ravel_multi_index(np.meshgrid(*corners, indexing="ij"), sizes).astype(np.int64)
    inside = edit.add("Gather", [edit.constant(table), best], axis=0)
    inside = edit.add("Add", [inside, edit.constant(corner[None, None])])
    planes = edit.sizes(x, [0, 1])
    first = np.arange(int(np.prod(planes)), dtype=np.int64) * int(np.prod(sizes))
    return edit.add("Add", [inside, edit.constant(first.reshape(list(planes) + [1] * len(sizes)))])
