"""Nodes behind those that make what they read: the same model, in the order that ONNX asks for.

A stable sort: nodes that are in order stay where they are, which onnx-graphsurgeon's toposort does not promise.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("sort_nodes", "Sort the nodes")


def rewrite_model(model, edit):
    if not edit.sort():
        raise CannotRewrite("the nodes are in order, or form a cycle")
