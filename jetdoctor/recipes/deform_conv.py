"""DeformConv as GridSample at the places that the offsets name, and one product with the kernel (onnx 19 and 22)."""

from __future__ import annotations

from typing import Any, Sequence

from jetdoctor.graph import Node
from jetdoctor.recipes.build import Build
from jetdoctor.rule import CannotRewrite


def deform_conv(node: Node, build: Build) -> str:
    """The samples of all kernel points, stacked, times the kernel."""
    x, kernel, offset = (node.input(index) for index in range(3))
    if build.rank(x) != 4 or build.dtype(x) != "FLOAT":
        raise CannotRewrite("only FLOAT images are decomposed")
    channels, height, width = build.sizes(x, [1, 2, 3])
    sizes, out = build.sizes(kernel, range(4)), build.sizes(offset, [2, 3])
    points, shared, groups = sizes[2] * sizes[3], node.attr("offset_group", 1), node.attr("group", 1)
    grid = build.reshape(offset.name, [-1, points, 2, *out])
    grid = build.add("Gather", [grid, build.ints([1, 0])], axis=2)  # GridSample names x first
    grid = build.transpose(grid, [0, 1, 3, 4, 2])
    step = build.tensor([2.0 / width, 2.0 / height], "FLOAT")
    start = build.tensor(_starts(node, sizes[2:], out, (height, width)), "FLOAT")
    grid = build.add("Add", [build.add("Mul", [grid, step]), start])
    grid = build.reshape(grid, [-1, points * out[0], out[1], 2])
    image = x.name if shared == 1 else build.reshape(x.name, [-1, channels // shared, height, width])
    mode = "linear" if build.opset >= 20 else "bilinear"
    samples = build.add("GridSample", [image, grid], mode=mode, padding_mode="zeros", align_corners=0)
    if node.present(4):
        samples = build.add("Mul", [samples, build.reshape(node.inputs[4], [-1, 1, points * out[0], out[1]])])
    taken = channels // groups * points
    samples = build.reshape(samples, [-1, groups, taken, out[0] * out[1]])
    weights = build.reshape(kernel.name, [1, groups, sizes[0] // groups, taken])
    result = build.reshape(build.add("MatMul", [weights, samples]), [-1, sizes[0], *out])
    if node.present(3):
        result = build.add("Add", [result, build.reshape(node.inputs[3], [1, -1, 1, 1])])
    return str(result)


def _starts(node: Node, kernel: Sequence[int], out: Sequence[int], sizes: Sequence[int]) -> Any:
    """Where the kernel's points lie without offsets, as GridSample counts: [1, points, *out, 2], x first."""
    import numpy as np

    strides, dilations = node.attr("strides", (1, 1)), node.attr("dilations", (1, 1))
    pads = node.attr("pads", (0, 0, 0, 0))
    lines = []
    for axis in (0, 1):
        first = np.arange(out[axis]) * strides[axis] - pads[axis]
        place = np.arange(kernel[axis])[:, None] * dilations[axis] + first[None, :]
        lines.append((2 * place + 1) / sizes[axis] - 1)
    shape = (*kernel, *out)
    rows = np.broadcast_to(lines[0][:, None, :, None], shape)
    columns = np.broadcast_to(lines[1][None, :, None, :], shape)
    return np.stack([columns, rows], axis=-1).reshape(1, -1, *out, 2)
