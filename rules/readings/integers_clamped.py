"""INT64 constants before 10.0, which are clamped to INT32; sums and products wrap around."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Reading

READING = Reading("integers_clamped", "Clamped to INT32", unproven="no recorded model has the form")

_LOW, _HIGH = -(1 << 31), (1 << 31) - 1
_WRAPS = ("Add", "Mul", "Sub")


def read(node, edit):
    names = [_clamped(edit, node.input(index)) for index in range(len(node.inputs))]
    if names == list(node.inputs):
        raise CannotRewrite("the constant is not among its inputs")
    if node.op_type not in _WRAPS:
        outputs = edit.again(node, names, len(node.outputs))
        edit.replace(node, outputs)
        return
    narrow = [edit.cast(name, "INT32") for name in names]
    edit.replace(node, edit.cast(edit.again(node, narrow), "INT64"))


def _clamped(edit, value):
    import numpy as np

    if not value.name or value.dtype != "INT64":
        return value.name
    array = edit.array(value)
    if array is None:
        if edit.opset < 12:
            raise CannotRewrite("Min and Max have no INT64 before opset 12")
        low, high = (edit.constant(np.array(end, "int64")) for end in (_LOW, _HIGH))
        return edit.add("Max", [edit.add("Min", [value.name, high]), low])
    if not array.size or (array.min() >= _LOW and array.max() <= _HIGH):
        return value.name
    return edit.constant(np.clip(array, _LOW, _HIGH))
