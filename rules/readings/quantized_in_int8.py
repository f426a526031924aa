"""QuantizeLinear to UINT8 (also for want of a zero point) that is carried out in INT8, and what reads it as well."""

from __future__ import annotations

from jetdoctor.graph import DTYPE_NUMBERS
from jetdoctor.rule import CannotRewrite, Reading

READING = Reading("quantized_in_int8", "The range of INT8")


def read(node, edit):
    import numpy as np

    scale, readers = node.input(1).static_shape, node.output(0).consumers
    if scale is None:
        raise CannotRewrite("the number of scales is not known")
    if any(reader.op_type != "DequantizeLinear" for reader in readers):
        raise CannotRewrite("the quantized values have readers other than DequantizeLinear")
    zero = edit.constant(np.zeros(scale, "int8"))
    edit.remove_attribute(node, "output_dtype")
    edit.set_input(node, 2, zero)
    edit.retype(node)
    for reader in readers:
        edit.set_input(reader, 2, zero)
    for output in node.graph.proto.output:
        if output.name == node.outputs[0]:
            output.type.tensor_type.elem_type = DTYPE_NUMBERS["INT8"]
