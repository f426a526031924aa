"""One name, two tensors

## What it detects
Two initializers of the same name, or a tensor that is written twice in one graph: by two nodes, or by a node
although it is a graph input or an initializer.

## Why it fails
ONNX asks for single assignment, and onnx's checker and ONNX Runtime refuse the model. TensorRT's parser takes
it, and later readers of the name get the tensor that was registered last.

## Fix
Rename one of the two, with onnx-graphsurgeon or in the exporter.
"""

from collections import Counter

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD903",
    name="duplicate-tensor",
    severity="warning",
    outcome="invalid-model",
    sources=("ONNX IR specification: names of a graph are single assignment (SSA)",),
)

_FIX = Fix("Give one of the two tensors another name", "manual")


def check_model(model):
    for graph in model.graphs():
        if not graph.is_function and len(graph.initializers) != len(graph.proto.initializer):
            counts = Counter(tensor.name for tensor in graph.proto.initializer)
            for name in (name for name, count in counts.items() if count > 1):
                yield Match("the initializer %s is there twice" % name, tensor=name, fixes=(_FIX,))
        taken = set(graph.input_names).union(graph.initializers)
        for node in graph.nodes:
            for name in node.outputs:
                if name in taken:
                    yield Match("writes %s a second time" % name, node=node, tensor=name, fixes=(_FIX,))
                elif name:
                    taken.add(name)
