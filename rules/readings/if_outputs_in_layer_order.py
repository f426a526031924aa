"""If in 8.5 and 8.6, whose branches give their outputs in the order in which they compute them."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Reading

READING = Reading("if_outputs_in_layer_order", "In the order of the layers", unproven="no recorded model has the form")


def read(node, edit):
    orders = {graph.attribute: _order(graph) for graph in node.subgraphs}
    for graph in node.subgraphs:
        body = type(graph.proto)()
        body.CopyFrom(graph.proto)
        outputs = [body.output[index] for index in orders[graph.attribute]]
        copies = [type(output).FromString(output.SerializeToString()) for output in outputs]
        del body.output[:]
        body.output.extend(copies)
        edit.set_attribute(node, graph.attribute, body)


def _order(graph):
    """Indices of the outputs of a branch, in the order of the nodes that compute them."""
    makers = [graph.producers.get(name) for name in graph.output_names]
    if any(maker is None or maker.op_type == "Constant" for maker in makers):
        raise CannotRewrite("an output is not computed in its branch")
    return sorted(range(len(makers)), key=lambda index: makers[index].index)
