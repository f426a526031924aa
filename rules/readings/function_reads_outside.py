"""A local function from 9.0 to 10.7 that computes with the caller's tensors of the names of its inputs."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Reading

READING = Reading("function_reads_outside", "The tensors outside", unproven="no recorded model has the form")


def read(node, edit):
    bodies = node.graph.model.functions_called(node.op_type)
    if len(bodies) != 1:
        raise CannotRewrite("it is unknown which of the %d functions of this name is called" % len(bodies))
    for index, formal in enumerate(bodies[0].input_names):
        value = node.graph.value(formal)
        known = value.producer is not None or value.initializer is not None or value.is_graph_input
        if known and node.input(index).name != formal:
            edit.set_input(node, index, formal)
