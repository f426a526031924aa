"""Col2Im (onnx Col2Im-18, what PyTorch's fold exports as) as a transposed convolution that puts blocks in place.

Every column is one channel, and its kernel has a single one where the block has that pixel; where blocks overlap, both
add up.
"""

from __future__ import annotations

import math
from typing import List

from jetdoctor.graph import Node
from jetdoctor.recipes.build import Build
from jetdoctor.rule import CannotRewrite

#: element types that a transposed convolution takes
BLOCKS = ("FLOAT", "FLOAT16", "DOUBLE")


def col2im(node: Node, build: Build) -> str:
    """[N, C * block, L] as N * C images of ``block`` channels, convolved to [N * C, 1, *image]."""
    import numpy as np

    image, block = _numbers(node, build, 1), _numbers(node, build, 2)
    ones, pixels, dtype = [1] * len(block), math.prod(block), build.dtype(node.input(0))
    if dtype not in BLOCKS:
        raise CannotRewrite("blocks of %s" % dtype)
    strides, dilations = (list(node.attr(name, ones)) for name in ("strides", "dilations"))
    pads = list(node.attr("pads", [0] * (2 * len(block))))
    reach = [dilation * (side - 1) + 1 for dilation, side in zip(dilations, block)]
    room = [side + first + last - far for side, first, last, far in zip(image, pads, pads[len(block) :], reach)]
    left_over = [free % stride for free, stride in zip(room, strides)]
    columns = [free // stride + 1 for free, stride in zip(room, strides)]
    kernel = np.eye(pixels).reshape([pixels, 1] + block)
    placed = build.add(
        "ConvTranspose",
        [build.reshape(node.inputs[0], [-1, pixels] + columns), build.tensor(kernel, dtype)],
        kernel_shape=block,
        strides=strides,
        dilations=dilations,
        pads=pads,
        output_padding=left_over if any(left_over) else None,
    )
    batch = (node.input(0).shape or (None,))[0]
    channels = build.sizes(node.input(0), [1])[0] // pixels
    return build.reshape(placed, [batch if isinstance(batch, int) else -1, channels] + image)


def _numbers(node: Node, build: Build, index: int) -> List[int]:
    array = build.array(node.input(index))
    if array is None:
        raise CannotRewrite("Col2Im with sizes computed at run time")
    return [int(n) for n in array]
