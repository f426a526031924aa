"""LayerNormalization from 10.0 to 10.10 without a scale: it is filled with zeros."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Reading

READING = Reading("layernorm_zero_scale", "A scale of 0", unproven="no recorded model has the form")


def read(node, edit):
    zero = edit.add("Mul", [node.inputs[0], edit.scalar(0, edit.dtype(node.input(0)))])
    if any(edit.wanted(node, index) for index in range(1, len(node.outputs))):
        raise CannotRewrite("its mean and deviation are read as well")
    edit.replace(node, edit.add("Add", [zero, node.inputs[2]]) if node.present(2) else zero)
