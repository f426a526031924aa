"""Attention of 10.14 with inputs of rank 3: the output keeps the axis of the heads."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("attention_output_split", "An output of rank 4", unproven="no recorded model has the form")


def read(node, edit):
    names = [edit.fresh(name) if name else "" for name in node.outputs]
    first, *others = edit.again(node, node.inputs, names)
    heads = edit.add("Reshape", [first, edit.ints([0, 0, node.attr("q_num_heads"), -1])])
    edit.replace(node, [edit.add("Transpose", [heads], perm=[0, 2, 1, 3]), *others])
