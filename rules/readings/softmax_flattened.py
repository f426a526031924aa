"""Softmax and LogSoftmax up to 7.2.2: everything from the axis on is one row, and the axis is 1 by default."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading(
    "softmax_flattened", "One row from the axis on", unproven="no network of a parser before 7.2.3 was recorded"
)


def read(node, edit):
    x = node.input(0)
    flat = edit.add("Flatten", [x.name], axis=node.attr("axis", 1))
    result = edit.add(node.op_type, [flat], axis=-1)
    edit.replace(node, [edit.add("Reshape", [result, edit.add("Shape", [x.name])])])
