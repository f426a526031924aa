"""MaxPool without its Indices output, when nobody reads it."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("maxpool_drop_indices", "Drop the indices that nothing reads")


def rewrite(node, edit):
    if len(node.outputs) < 2:
        raise CannotRewrite("there are no indices")
    if node.output(1).consumers or node.outputs[1] in node.graph.output_names:
        raise CannotRewrite("the indices are used, and no TensorRT parser returns them")
    edit.replace(node, [edit.again(node, list(node.inputs), storage_order=None)])
