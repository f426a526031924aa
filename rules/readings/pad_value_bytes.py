"""Pad from 8.2 to 8.4 whose value is read as FLOAT, whatever its type."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Reading

READING = Reading("pad_value_bytes", "The bytes of a float", unproven="the releases that were recorded read it right")


def read(node, edit):
    import numpy as np

    value = edit.array(node.input(2))
    if value is None or value.dtype.itemsize < 4:
        raise CannotRewrite("the bytes after the constant in memory decide")
    number = np.frombuffer(value.astype(value.dtype.newbyteorder("<")).tobytes()[:4], "<f4")[0]
    if not np.isfinite(number) or abs(number) >= 2**31:
        raise CannotRewrite("it is read as %s, which is no integer" % number)
    edit.set_input(node, 2, edit.constant(np.array(int(number), value.dtype)))
