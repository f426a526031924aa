"""BatchNormalization whose training outputs nobody reads: one output, inference mode.

In training mode the batch's own statistics count, which is another computation: unsafe.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("bn_inference_mode", "Normalize with the stored statistics", "unsafe")


def rewrite(node, edit):
    for index in range(1, len(node.outputs)):
        name = node.outputs[index]
        if name and (node.output(index).consumers or name in node.graph.output_names):
            raise CannotRewrite("the running statistics are used")
    result = edit.again(node, list(node.inputs), training_mode=None)
    edit.replace(node, [result])
