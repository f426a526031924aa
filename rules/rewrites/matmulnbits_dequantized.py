"""ONNX Runtime's MatMul with packed weights of 4 or 8 bits: the weights are unpacked now (docs/ContribOperators.md)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("matmulnbits_dequantized", "Store the packed weights dequantized")


def rewrite(node, edit):
    bits, block = node.attr("bits", 4), node.attr("block_size", 0)
    if node.domain != "com.microsoft" or node.op_type != "MatMulNBits" or bits not in (4, 8) or node.present(4):
        raise CannotRewrite("not weights of 4 or 8 bits in the order of the columns")
    if node.attr("accuracy_level", 0) > 1:
        raise CannotRewrite("accuracy_level %d rounds the other operand as well" % node.attr("accuracy_level"))
    packed, scales = edit.array(node.input(1)), edit.array(node.input(2))
    zeros = edit.array(node.input(3)) if node.present(3) else None
    if packed is None or scales is None or (zeros is None and node.present(3)):
        raise CannotRewrite("the weights are not constant")
    weights = _unpacked(packed, scales, zeros, bits, node.attr("N"), node.attr("K"), block)
    y = edit.add("MatMul", [node.inputs[0], edit.constant(weights)])
    edit.replace(node, [edit.add("Add", [y, node.inputs[5]]) if node.present(5) else y])


def _unpacked(packed, scales, zeros, bits, columns, depth, block):
    """[depth, columns]: the low half of a byte comes first, blocks run along the depth of one column."""
    import numpy as np

    steps = _split(packed.reshape(columns, -1), bits).reshape(columns, -1, block).astype(np.float64)
    scales = scales.reshape(columns, -1, 1)
    if zeros is None:
        middle = np.full(scales.shape, 2.0 ** (bits - 1))
    elif zeros.dtype == np.uint8:
        middle = _split(zeros.reshape(columns, -1), bits)[:, : scales.shape[1], None].astype(np.float64)
    else:
        middle = zeros.reshape(scales.shape).astype(np.float64)
    values = (steps - middle) * scales.astype(np.float64)
    return np.ascontiguousarray(values.reshape(columns, -1)[:, :depth].T.astype(scales.dtype))


def _split(array, bits):
    import numpy as np

    if bits == 8:
        return array
    return np.stack([array & 15, array >> 4], axis=-1).reshape(array.shape[0], -1)
