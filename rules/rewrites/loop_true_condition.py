"""A counted Loop without a condition gets one that is true, where its body hands the condition on unchanged."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("loop_true_condition", "Give the loop a condition that is true")


def rewrite(node, edit):
    import numpy as np

    if node.op_type != "Loop" or node.present(1) or not node.subgraphs:
        raise CannotRewrite("not a Loop without a condition")
    if not node.present(0):
        raise CannotRewrite("the loop has no trip count either")
    body = node.subgraphs[0]
    handed_on = body.value(body.output_names[0]).behind(("Identity",))
    if handed_on.name != body.input_names[1] and not _true(handed_on):
        # Without a condition the one that the body computes is not looked at.
        raise CannotRewrite("the body computes a condition, which would stop the loop then")
    edit.set_input(node, 1, edit.constant(np.array(True)))


def _true(value):
    array = value.array()
    return array is not None and bool(array.all())
