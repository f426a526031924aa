"""Nodes that come before their inputs

## What it detects
A graph whose nodes are not in topological order, or that has a cycle.

## Why it fails
ONNX requires sorted graphs, and onnx's checker refuses others. TensorRT's parser sorts the nodes itself, so
only a cycle, which has no order, is refused.

## Fix
`jetdoctor fix` sorts the nodes; a cycle must be removed in the exporter.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD908",
    name="unsorted-graph",
    severity="warning",
    outcome="invalid-model",
    sources=("ONNX IR specification: nodes are topologically sorted", "onnx-tensorrt 7.1-10.10 toposort.hpp"),
)

_SORT = Fix("Sort the nodes", rewrite="sort_nodes")
_CUT = Fix("Export the model again: its graph has a cycle", "manual")


def check_model(model):
    for graph in model.graphs():
        node, name = _too_early(graph)
        if node is None:
            continue
        if _runs_in_a_circle(graph):
            yield Match(
                "the graph has a cycle through %s" % name,
                node=node,
                tensor=name,
                fixes=(_CUT,),
                severity="error",
                outcome="rejected",
            )
        else:
            yield Match("reads %s before it is computed" % name, node=node, tensor=name, fixes=(_SORT,))


def _too_early(graph):
    """The first node that reads what itself or a later node of the graph writes, and the tensor."""
    ready = set(graph.initializers).union(graph.input_names)
    for node in graph.nodes:
        for name in node.inputs:
            if name not in ready and name in graph.producers:
                return node, name
        ready.update(node.outputs)
    return None, ""


def _runs_in_a_circle(graph):
    given = set(graph.initializers).union(graph.input_names)
    waiting = {node.index: 0 for node in graph.nodes}
    readers = {}
    for node in graph.nodes:
        for name in set(node.inputs):
            source = graph.producers.get(name)
            if source is not None and name not in given:
                waiting[node.index] += 1
                readers.setdefault(source.index, []).append(node.index)
    ready = [index for index, count in waiting.items() if count == 0]
    done = 0
    while ready:
        done += 1
        for reader in readers.get(ready.pop(), ()):
            waiting[reader] -= 1
            if waiting[reader] == 0:
                ready.append(reader)
    return done < len(waiting)
