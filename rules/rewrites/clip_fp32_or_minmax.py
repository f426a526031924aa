"""Clip with FLOAT16 bounds, which TensorRT until 8.4 misreads, as Max and Min."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("clip_fp32_or_minmax", "Clip with Max and Min")


def rewrite(node, edit):
    if not node.present(1) and not node.present(2):
        raise CannotRewrite("the bounds are not inputs")
    result = node.inputs[0]
    for index, op_type in ((1, "Max"), (2, "Min")):
        if node.present(index):
            result = edit.add(op_type, [result, node.inputs[index]])
    edit.replace(node, [result])
