"""A node without the empty placeholders at the end of its inputs: the same node, by ONNX's own reading."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite


def _ends_empty(node):
    return len(node.inputs) > 0 and not node.inputs[-1]


REWRITE = Rewrite("drop_placeholders", "Drop the empty inputs at the end", fits=_ends_empty, exact=True)


def rewrite(node, edit):
    if not _ends_empty(node):
        raise CannotRewrite("the last input is given")
    edit.drop_inputs(node, max((i + 1 for i, name in enumerate(node.inputs) if name), default=0))
