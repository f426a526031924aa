"""Col2Im (onnx Col2Im-18, what PyTorch's fold exports as): a transposed convolution that puts blocks in place.

Every column is one channel, and its kernel has a single one where the block has that pixel; where blocks
overlap both add up.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("col2im_to_convtranspose", "Put the blocks in place with ConvTranspose", constants=(1, 2))


def rewrite(node, edit):
    import numpy as np

    x, dtype = node.input(0), edit.dtype(node.input(0))
    image, block = edit.array(node.input(1)), edit.array(node.input(2))
    if image is None or block is None or dtype not in ("FLOAT", "FLOAT16"):
        raise CannotRewrite("the sizes are not constant, or the blocks not of a float")
    image, block, count = [int(n) for n in image], [int(n) for n in block], len(block)
    pads = list(node.attr("pads", (0,) * (2 * count)))
    strides = list(node.attr("strides", (1,) * count))
    dilations = list(node.attr("dilations", (1,) * count))
    spans = [d * (k - 1) + 1 for d, k in zip(dilations, block)]
    room = [size + a + b - span for size, a, b, span in zip(image, pads, pads[count:], spans)]
    lengths = [free // stride + 1 for free, stride in zip(room, strides)]
    left_over = [free % stride for free, stride in zip(room, strides)]
    pixels, batch = int(np.prod(block)), (x.shape or (None,))[0]
    channels = edit.sizes(x, [1])[0] // pixels
    kernel = np.eye(pixels).reshape([pixels, 1] + block)
    columns = edit.reshape(x.name, [-1, pixels] + lengths)
    placed = edit.add(
        "ConvTranspose",
        [columns, edit.tensor(kernel, dtype)],
        kernel_shape=block,
        strides=strides,
        dilations=dilations,
        pads=pads,
        output_padding=left_over if any(left_over) else None,
    )
    lead = [batch, channels] if isinstance(batch, int) else [-1, channels]
    edit.replace(node, [edit.reshape(placed, lead + image)])
