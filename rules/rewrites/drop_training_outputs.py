"""BatchNormalization without the outputs of training, when nobody reads them (opset < 14: same values)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("drop_training_outputs", "Drop the outputs that nothing reads")


def rewrite(node, edit):
    if node.attr("training_mode", 0):
        raise CannotRewrite("in training mode the batch's own statistics count")
    if len(node.outputs) < 2:
        raise CannotRewrite("there is only one output")
    for index in range(1, len(node.outputs)):
        name = node.outputs[index]
        if name and (node.output(index).consumers or name in node.graph.output_names):
            raise CannotRewrite("output %s is used" % name)
    edit.replace(node, [edit.again(node, list(node.inputs))])
