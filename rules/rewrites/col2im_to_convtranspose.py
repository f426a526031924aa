"""Col2Im (onnx Col2Im-18, what PyTorch's fold exports as): a transposed convolution that puts blocks in place.

Every column is one channel, and its kernel has a single one where the block has that pixel; where blocks
overlap both add up.
"""

from __future__ import annotations

from jetdoctor.recipes.col2im import BLOCKS, col2im
from jetdoctor.rule import Rewrite


def _fits(node):
    return node.input(0).dtype in (None, *BLOCKS)


REWRITE = Rewrite("col2im_to_convtranspose", "Place the blocks with ConvTranspose", constants=(1, 2), fits=_fits)


def rewrite(node, edit):
    edit.replace(node, col2im(node, edit))
