"""Clip before 8.5 whose FLOAT16 bounds are read as FLOAT: two bytes, and what lies behind them."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Reading

READING = Reading("clip_half_bytes", "Half a float")


def read(node, edit):
    import numpy as np

    result = edit.cast(node.inputs[0], "FLOAT")
    for index, op_type in ((2, "Min"), (1, "Max")):
        if node.present(index):
            half = edit.array(node.input(index))
            if half is None:
                raise CannotRewrite("the bytes are not known")
            float32 = np.concatenate([half.astype("<f2").reshape(-1), np.zeros(1, "<f2")]).view("<f4")
            result = edit.add(op_type, [result, edit.constant(float32.reshape(()).astype("float32"))])
    edit.replace(node, [edit.cast(result, "FLOAT16")])
