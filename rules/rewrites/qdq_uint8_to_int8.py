"""8-bit steps around another zero point as INT8 around 0, where every step has its place there: the same numbers.

UINT8 around 128 are the 256 steps of INT8 around 0; the 7 bits to which PyTorch clips have their place there around any
zero point. Constant weights move when none of them leaves the range. Both
ends of a quantized tensor change together.
"""

from __future__ import annotations

from jetdoctor.recipes.quantization import STEPS, quantized_at, regrid, spread, tensor_of, to_recenter
from jetdoctor.rule import CannotRewrite, Rewrite

_FIRST, _LAST = STEPS["INT8"]


def _fits(node):
    found = tensor_of(node)
    if found is not None and found.source is not None:
        return _has_place(found)
    return node.op_type == "DequantizeLinear" and node.input(0).is_constant_expression()


REWRITE = Rewrite("qdq_uint8_to_int8", "Quantize to INT8 around 0: the same steps", fits=_fits, exact=True)


def site(node):
    return quantized_at(node)


def rewrite(node, edit):
    import numpy as np

    found = to_recenter(node, edit.array)
    if found.source is None:
        steps = edit.array(node.input(0)).astype(np.int64) - spread(node, found.grid.zero)
        if (steps < _FIRST).any() or (steps > _LAST).any():
            raise CannotRewrite("the weights use steps that INT8 around 0 does not have")
        edit.set_input(node, 0, edit.constant(steps.astype(np.int8)))
    elif not _has_place(found):
        raise CannotRewrite("steps %d to %d are not all among -128 to 127" % (found.first, found.last))
    regrid(found, edit)


def _has_place(found):
    return found.grid.zero.size == 1 and _FIRST <= found.first and found.last <= _LAST
