"""Mean in half precision: the factor is what the lower 16 bits of 1/n as a float say."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("mean_by_lower_digits", "Times the lower digits of 1/n")


def read(node, edit):
    import numpy as np

    dtype = edit.dtype(node.input(0))
    bits = np.asarray([1.0 / len(node.inputs)], "<f4").view("<u2")[:1]
    if dtype == "FLOAT16":
        factor = edit.constant(bits.view("float16").reshape(()))
    else:
        factor = edit.scalar(float((bits.astype("<u4") << 16).view("<f4")[0]), dtype)
    total = edit.add("Sum", list(node.inputs)) if len(node.inputs) > 1 else node.inputs[0]
    edit.replace(node, [edit.add("Mul", [total, factor])])
