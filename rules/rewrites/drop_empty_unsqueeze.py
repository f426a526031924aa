"""An Unsqueeze over no axes passes its input through."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("drop_empty_unsqueeze", "Remove the Unsqueeze over no axes")


def rewrite(node, edit):
    if node.op_type != "Unsqueeze":
        raise CannotRewrite("%s is no Unsqueeze" % node.op_type)
    axes = edit.array(node.input(1)) if node.present(1) else None
    if axes is None or axes.size:
        raise CannotRewrite("the axes are not an empty constant")
    edit.replace(node, [node.inputs[0]])
