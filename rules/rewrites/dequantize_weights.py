"""Quantized weights in a form that the parser refuses or misreads: blocks, 4 bits, a zero point not 0.

DequantizeLinear of constants is computed now: the same values in FLOAT, at four times the size. Rows that are picked
or turned on the way (quantized embeddings) are so from the dequantized table. Weights that are multiplied with a tensor
that is INT8 too stay: without them the product would be one of FLOAT (``undo_quantization``).
"""

from __future__ import annotations

from jetdoctor.graph import MOVERS
from jetdoctor.recipes.quantization import quantized_partner
from jetdoctor.rule import CannotRewrite, Rewrite

_LONGEST = 16


def _fits(node):
    plain = node.op_type == "DequantizeLinear" and not node.attr("output_dtype", 0)
    return plain and not quantized_partner(node) and _start(node.input(0)).is_constant_expression()


def _start(value):
    """Where a value comes from, past what moves it."""
    for _ in range(_LONGEST):
        made = value.producer
        if value.is_constant_expression() or made is None or made.op_type not in MOVERS - {"Split"}:
            break
        value = made.input(0)
    return value


REWRITE = Rewrite("dequantize_weights", "Store the weights dequantized", fits=_fits, exact=True)



def rewrite(node, edit):
    if node.op_type == "DequantizeLinear" and quantized_partner(node, edit.array):
        raise CannotRewrite("its product with the quantized activation would no longer be INT8")
    if not _fits(node):
        raise CannotRewrite("only a DequantizeLinear to the type of its scale is folded")
    scale, zero = edit.array(node.input(1)), edit.array(node.input(2)) if node.present(2) else 0
    way = _way(node, edit, scale)
    weights = edit.array((way or [node])[-1].input(0))
    if weights is None or scale is None or zero is None:
        raise CannotRewrite("the quantized value is not constant")
    if weights.dtype.kind == "f" or "float" in str(weights.dtype):
        raise CannotRewrite("8-bit floats are not folded")
    scale = _spread(node, scale, weights.shape)
    zero = _spread(node, zero, weights.shape).astype("int64") if node.present(2) else 0
    steps = weights.astype("int64") - zero
    table = edit.constant((steps * scale.astype("float64")).astype(scale.dtype))
    for mover in reversed(way):
        table = edit.again(mover, [table, *mover.inputs[1:]])
    edit.replace(node, [table])


def _way(node, edit, scale):
    """What moves values on the way from the constant, last first; nothing where each place has a scale of its own."""
    way, value = [], node.input(0)
    while scale is not None and scale.size == 1 and edit.array(value) is None and len(way) < _LONGEST:
        source = value.producer
        if source is None or source.op_type not in MOVERS - {"Split"} or source.graph is not node.graph:
            break
        way.append(source)
        value = source.input(0)
    return way


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
