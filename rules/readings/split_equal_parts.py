"""Split whose sizes are not read: equal parts by the number of outputs, and what is left over is dropped."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("split_equal_parts", "Equal parts")


def read(node, edit):
    axis = node.attr("axis", 0)
    part = edit.sizes(node.input(0), [axis])[0] // len(node.outputs)
    parts = []
    for index in range(len(node.outputs)):
        ends = [edit.ints([index * part]), edit.ints([index * part + part]), edit.ints([axis])]
        parts.append(edit.add("Slice", [node.inputs[0], *ends]))
    edit.replace(node, parts)
