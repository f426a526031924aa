"""TopK, ArgMax and ArgMin along an outer axis of many: Transpose, the operator on the last axis, and back.

TensorRT's layer works along the last four axes only.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("topk_axis_inward", "Move the axis to the end with Transpose")


def rewrite(node, edit):
    rank = edit.rank(node.input(0))
    axis = node.attr("axis", -1 if node.op_type == "TopK" else 0) % rank
    if axis == rank - 1:
        raise CannotRewrite("the axis is the last one")
    there = [a for a in range(rank) if a != axis] + [axis]
    back = [there.index(a) for a in range(rank)]
    moved = edit.transpose(node.inputs[0], there)
    if node.op_type == "TopK":
        found = edit.again(node, [moved, *node.inputs[1:]], outputs=2, axis=-1)
        edit.replace(node, [edit.transpose(name, back) for name in found])
        return
    keep = node.attr("keepdims", 1)
    found = edit.again(node, [moved], axis=-1)  # without the axis the others are in order again
    edit.replace(node, [edit.transpose(found, back) if keep else found])
