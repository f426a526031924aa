"""Quantised weights in a form that the parser refuses or misreads: blocks, 4 bits, a zero point not 0.

DequantizeLinear of constants is computed now: the same values in FLOAT, at four times the size.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite


def _fits(node):
    return node.op_type == "DequantizeLinear" and not node.attr("output_dtype", 0)


REWRITE = Rewrite("dequantise_weights", "Store the weights dequantised", fits=_fits)


def rewrite(node, edit):
    if not _fits(node):
        raise CannotRewrite("only DequantizeLinear to the type of its scale is computed beforehand")
    weights, scale = edit.array(node.input(0)), edit.array(node.input(1))
    zero = edit.array(node.input(2)) if node.present(2) else 0
    if weights is None or scale is None or zero is None:
        raise CannotRewrite("the quantised value is not constant")
    if weights.dtype.kind == "f" or "float" in str(weights.dtype):
        raise CannotRewrite("8-bit floats are not computed beforehand")
    scale = _spread(node, scale, weights.shape)
    zero = _spread(node, zero, weights.shape).astype("int64") if node.present(2) else 0
    steps = weights.astype("int64") - zero
    edit.replace(node, [edit.constant((steps * scale.astype("float64")).astype(scale.dtype))])


def _spread(node, array, shape):
    """Scale or zero point in the shape of the weights: per tensor, per axis or per block of an axis."""
    import numpy as np

    if array.size == 1:
        return array.reshape(())
    axis, block = node.attr("axis", 1) % len(shape), node.attr("block_size", 0)
    if block:
        wide = np.repeat(array, block, axis=axis)
        return wide[tuple(slice(0, size) for size in shape)]
    return array.reshape([shape[axis] if d == axis else 1 for d in range(len(shape))])
