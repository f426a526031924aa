"""A node reads a tensor that nothing defines

## What it detects
A node input or graph output whose name is not a graph input, an initializer or an output of any node, in its
graph or in the graphs around it.

## Why it fails
The parser looks the name up among the tensors that it has registered and stops with "Node input was not
registered." (TensorRT 7: a failed assertion).

## Fix
The model was cut or edited incorrectly: export it again. Where the model still declares type and shape of the tensor,
`jetdoctor fix --unsafe` makes it a graph input, and drops an output that nothing defines when there are others.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD902",
    name="undefined-tensor",
    severity="error",
    outcome="rejected",
    sources=('onnx-tensorrt 8.0-10.10 ModelImporter.cpp, "Node input was not registered."',),
)

_DECLARE = Fix("Make the undefined tensor a graph input", "unsafe", rewrite="declare_tensor")
_EXPORT = Fix("Export the model again: its graph is incomplete", "manual")


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
                yield _match("nothing defines the graph output %s" % name, graph, None, name)


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
    fixes = (_DECLARE, _EXPORT) if graph.parent is None and not weak and _tells(graph, node, name) else (_EXPORT,)
    return Match(message, node=node, tensor=name, fixes=fixes, cause=(graph.path, name), **weak)


def _tells(graph, node, name):
    """Whether the model still says what the tensor is, or has other outputs."""
    if node is None:
        return len(graph.output_names) > 1
    return any(value.name == name and value.type.tensor_type.HasField("shape") for value in graph.proto.value_info)
