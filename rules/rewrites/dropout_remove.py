"""Dropout in inference passes its input through; its mask is true everywhere (onnx Dropout-12)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("dropout_remove", "Remove the dropout")


def rewrite(node, edit):
    training = edit.array(node.input(2)) if node.present(2) else False
    if training is None or bool(training):
        raise CannotRewrite("the dropout is in training mode")
    if len(node.outputs) > 1 and node.outputs[1] and node.output(1).consumers:
        raise CannotRewrite("the mask is used")
    if len(node.outputs) > 1 and node.outputs[1] in node.graph.output_names:
        raise CannotRewrite("the mask is an output of the graph")
    edit.replace(node, [node.inputs[0], ""])
