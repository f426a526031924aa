"""DequantizeLinear with ``output_dtype`` (opset 23): the type of its scale, and a Cast behind."""

from __future__ import annotations

from jetdoctor.graph import DTYPE_NAMES
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("dq_output_dtype_to_cast", "Cast the dequantized value instead")


def rewrite(node, edit):
    wanted = node.attr("output_dtype", 0)
    if node.op_type != "DequantizeLinear" or not wanted:
        raise CannotRewrite("the output has no other type")
    result = edit.again(node, list(node.inputs), output_dtype=None)
    if DTYPE_NAMES[wanted] != edit.dtype(node.input(1)):
        result = edit.cast(result, DTYPE_NAMES[wanted])
    edit.replace(node, [result])
