"""Clip from 10.0 on whose INT8 bounds are read as 0."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("clip_int8_zeros", "Bounds of 0", unproven="no recorded model has the form")


def read(node, edit):
    import numpy as np

    result = node.inputs[0]
    zero = edit.constant(np.zeros((), "int8"))
    for index, op_type in ((1, "Max"), (2, "Min")):
        if node.present(index):
            result = edit.add(op_type, [result, zero])
    edit.replace(node, [result])
