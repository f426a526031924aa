"""QuantizeLinear to UINT8 that is carried out in INT8; the DequantizeLinear behind it reads INT8 as well."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Reading

READING = Reading("quantized_in_int8", "The range of INT8", unproven="quantized networks were not interpreted")


def read(node, edit):
    import numpy as np

    readers = node.output(0).consumers
    if not readers or any(reader.op_type != "DequantizeLinear" for reader in readers):
        raise CannotRewrite("the quantized values go elsewhere than into DequantizeLinear")
    scale = node.input(1).static_shape
    if scale is None:
        raise CannotRewrite("the number of scales is not known")
    zero = edit.constant(np.zeros(scale, "int8"))
    edit.set_input(node, 2, zero)
    for reader in readers:
        edit.set_input(reader, 2, zero)
