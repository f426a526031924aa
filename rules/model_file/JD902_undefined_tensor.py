"""A node reads a tensor that nothing defines

## What it detects
A node input or graph output whose name is no graph input, no initializer and no output of any node, in its
graph or in the graphs around it.

## Why it fails
The parser looks the name up among the tensors that it has registered and stops with "Node input was not
registered." (TensorRT 7: a failed assertion).

## Fix
The model was cut or edited badly: export it again, or repair the names with onnx-graphsurgeon.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD902",
    name="undefined-tensor",
    severity="error",
    outcome="rejected",
    sources=('onnx-tensorrt 8.0-10.10 ModelImporter.cpp, "Node input was not registered."',),
)

_FIX = Fix("Export the model again: its graph is incomplete", "manual")


def check_model(model):
    known = {}  # graph -> names that it defines itself
    for graph in model.graphs():
        names = known[id(graph)] = set(graph.initializers).union(graph.input_names, graph.producers)
        if not graph.is_function:
            names.update(sparse.values.name for sparse in graph.proto.sparse_initializer)
        for node in graph.nodes:
            for name in node.inputs:
                if name not in names and name and not _outside(name, graph, known):
                    yield _match("reads the tensor %s, which nothing defines" % name, graph, node, name)
        for name in graph.output_names:
            if name not in names and name and not _outside(name, graph, known):
                yield _match("the graph output %s is defined by nothing" % name, graph, None, name)


def _outside(name, graph, known):
    while graph.parent is not None:
        graph = graph.parent
        if name in known[id(graph)]:
            return True
    return False


def _match(message, graph, node, name):
    # A function body is only looked at when it is called, and not before TensorRT 9.
    root = graph
    while root.parent is not None:
        root = root.parent
    weak = {"severity": "warning", "outcome": "invalid-model"} if root.is_function else {}
    return Match(message, node=node, tensor=name, fixes=(_FIX,), cause=(graph.path, name), **weak)
