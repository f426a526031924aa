"""Quantized tensors that TensorRT has in no form (scales of the run time, 16 bits, UINT8 images) in FLOAT.

What could be INT8 with other steps stays: giving that up is ``undo_quantization``.
"""

from __future__ import annotations

from jetdoctor.recipes.quantization import handed_out, quantizing, stays_quantized
from jetdoctor.recipes.quantized_in_float import convert
from jetdoctor.rule import Rewrite


def _fits(node):
    weights = node.op_type == "DequantizeLinear" and node.input(0).is_constant_expression()
    return quantizing(node) and not handed_out(node) and not weights and not stays_quantized(node)


REWRITE = Rewrite("quantized_in_float", "Compute in FLOAT what TensorRT cannot quantize: same values", fits=_fits)


def rewrite_model(model, edit):
    convert(model, edit, undo=False)
