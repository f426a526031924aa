"""A UINT8 quantise/dequantise pair around zero point 128 as INT8 around 0: the same 256 steps.

Both nodes change together; UINT8 weights are shifted by 128.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("qdq_uint8_to_int8", "Quantise to INT8 around 0 instead of UINT8 around 128")


def rewrite(node, edit):
    import numpy as np

    if node.op_type != "DequantizeLinear" or not node.present(2):
        raise CannotRewrite("the pair is rewritten where it is dequantised")
    zero = edit.array(node.input(2))
    if zero is None or zero.dtype != np.uint8 or (zero != 128).any():
        raise CannotRewrite("only UINT8 around 128 has the same steps as INT8 around 0")
    source, weights = node.input(0).producer, edit.array(node.input(0))
    zeros = edit.constant(np.zeros(zero.shape, np.int8))
    if weights is not None:
        data = edit.constant((weights.astype(np.int16) - 128).astype(np.int8))
    elif source is not None and source.op_type == "QuantizeLinear" and source.present(2):
        other = edit.array(source.input(2))
        if other is None or other.dtype != np.uint8 or (other != 128).any():
            raise CannotRewrite("the value is quantised around another zero point")
        inner = edit.constant(np.zeros(other.shape, np.int8))
        data = edit.again(source, list(source.inputs[:2]) + [inner])
    else:
        raise CannotRewrite("the UINT8 value comes from %s" % (source.op_type if source else "an input"))
    edit.replace(node, [edit.again(node, [data, node.inputs[1], zeros])])
