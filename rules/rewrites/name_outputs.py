"""A node with a name for every output: omitted ones at the end go, others get a name that nobody reads."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("name_outputs", "Name the omitted outputs")


def rewrite(node, edit):
    if all(node.outputs):
        raise CannotRewrite("every output has a name")
    count = max((i + 1 for i, name in enumerate(node.outputs) if name), default=0)
    if not count:
        raise CannotRewrite("the node has no output at all")
    made = edit.again(node, list(node.inputs), count)
    edit.replace(node, [made] if count == 1 else made)
