"""InstanceNormalization before 10.0 whose FLOAT16 scale and bias are read as FLOAT, two numbers in one."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Reading

READING = Reading("instancenorm_half_bytes", "Two halves read as one float")


def read(node, edit):
    import numpy as np

    inputs = [edit.cast(node.inputs[0], "FLOAT")]
    for index in (1, 2):
        halves = edit.array(node.input(index))
        if halves is None:
            raise CannotRewrite("the bytes are not known")
        padded = np.concatenate([halves.astype("<f2").reshape(-1), np.zeros(halves.size, "<f2")])
        inputs.append(edit.constant(padded.view("<f4").astype("float32")))
    edit.replace(node, [edit.cast(edit.again(node, inputs), "FLOAT16")])
