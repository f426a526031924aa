"""Loop without a trip count up to 10.10, whose stacked outputs have 1,024 entries."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("loop_stacks_1024", "1,024 entries", unproven="no recorded model has the form")

_ENTRIES = 1024


def read(node, edit):
    carried = max(len(node.inputs) - 2, 0)
    names = edit.again(node, node.inputs, [edit.fresh(name) if name else "" for name in node.outputs])
    for index in range(carried, len(node.outputs)):
        if node.outputs[index]:
            names[index] = _filled(edit, names[index], edit.rank(node.output(index)))
    edit.replace(node, names)


def _filled(edit, name, rank):
    """The first 1,024 entries, and zeros behind those that there are: nothing was ever written there."""
    kept = edit.add("Slice", [name, edit.ints([0]), edit.ints([_ENTRIES]), edit.ints([0])])
    count = edit.add("Slice", [edit.add("Shape", [kept]), edit.ints([0]), edit.ints([1]), edit.ints([0])])
    behind = edit.add("Sub", [edit.ints([_ENTRIES]), count])
    zeros = edit.ints([0] * (rank - 1))
    pads = [edit.ints([0] * rank), behind, zeros] if rank > 1 else [edit.ints([0]), behind]
    return edit.add("Pad", [kept, edit.add("Concat", pads, axis=0)])
