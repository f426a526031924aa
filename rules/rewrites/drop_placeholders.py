"""A node without the empty placeholders at the end of its inputs: the same node, by ONNX's own reading."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("drop_placeholders", "Drop the empty inputs at the end")


def rewrite(node, edit):
    if not node.inputs or node.inputs[-1]:
        raise CannotRewrite("the last input is given")
    edit.drop_inputs(node, max((i + 1 for i, name in enumerate(node.inputs) if name), default=0))
