"""8-bit quantization around another zero point as INT8 around 0 with a wider step, so that the model stays INT8.

The range stays: the new step is the larger bound divided by 127. Where the range began at 0, as behind a Relu that
the quantizer took away since the steps cut negative numbers off, the Relu is written again. Rounding is coarser (by
one bit at most for activations, hardly for weights), so the numbers change: the proof measures by how much.
"""

from __future__ import annotations

from jetdoctor.recipes.quantization import SYMMETRIC, quantized_at, regrid, spread, symmetric, tensor_of, to_recenter
from jetdoctor.rule import CannotRewrite, Rewrite


def _fits(node):
    found = tensor_of(node)
    return found is not None and not symmetric(found.grid) and (found.source is None or found.grid.zero.size == 1)


REWRITE = Rewrite(
    "qdq_symmetric", "Quantize to INT8 around 0 with a wider step: stays INT8, rounds more coarsely", "unsafe",
    fits=_fits, measured=True,
)  # fmt: skip


def site(node):
    return quantized_at(node)


def rewrite(node, edit):
    found = to_recenter(node, edit.array)
    if found.source is None:
        _weights(node, edit, found)
    elif found.grid.zero.size == 1:
        _activation(node, edit, found)
    else:
        raise CannotRewrite("TensorRT does not quantize activations per channel")


def _weights(node, edit, found):
    """The numbers that the weights stand for, each channel quantized by its own largest one."""
    import numpy as np

    steps = edit.array(node.input(0)).astype(np.int64) - spread(node, found.grid.zero)
    numbers = steps * spread(node, found.grid.scale).astype(np.float64)
    channels = node.attr("axis", 1) % numbers.ndim if found.grid.scale.size > 1 else -1
    others = tuple(d for d in range(numbers.ndim) if d != channels)
    largest = np.abs(numbers).max(axis=others, initial=0).reshape(found.grid.scale.shape)
    scale = np.where(largest > 0, largest / SYMMETRIC, found.grid.scale).astype(found.grid.scale.dtype)
    made = np.clip(np.rint(numbers / spread(node, scale).astype(np.float64)), -SYMMETRIC, SYMMETRIC)
    edit.set_input(node, 0, edit.constant(made.astype(np.int8)))
    regrid(found, edit, scale)


def _activation(node, edit, found):
    import numpy as np

    scale = (found.grid.scale * (max(-found.first, found.last) / SYMMETRIC)).astype(found.grid.scale.dtype)
    regrid(found, edit, np.asarray(scale))
