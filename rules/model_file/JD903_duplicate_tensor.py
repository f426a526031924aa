"""Two tensors with one name

## What it detects
Two initializers of the same name, or a tensor that is written twice in one graph: by two nodes, or by a node
although it is a graph input or an initializer.

## Why it fails
ONNX requires single assignment: onnx's checker and ONNX Runtime refuse the model. Two nodes of the main graph that
write one name are refused by every parser (`Failed to sort the model topologically`), a second tensor beside an
initializer or an input from TensorRT 8.4 on (`ONNX graph has duplicate tensor name`); earlier ones accept it.

## Fix
Rename one of the two in the exporter. `jetdoctor fix --unsafe` renames the second in the main graph, in the order of
the nodes; ONNX does not define such a model, so the result cannot be proven.
"""

from collections import Counter

from jetdoctor.rule import Fix, Match, Rule, VersionRange

RULE = Rule(
    id="JD903",
    name="duplicate-tensor",
    severity="warning",
    outcome="invalid-model",
    sources=(
        "ONNX IR specification: names of a graph are single assignment (SSA)",
        "onnx-tensorrt 8.4-GA ImporterContext.cpp:28 registerTensor",
        "runs of the 8.0, 8.2, 8.4, 8.6, 10.3 and 10.10 parsers on such models",
    ),
)

_FIX = Fix("Rename the second tensor", "unsafe", rewrite="rename_duplicate")
_BY_HAND = Fix("Rename one of the two tensors", "manual")


#: Parsers that refuse a second tensor beside an initializer or a graph input.
_NAMES_CHECKED = VersionRange.parse(">=8.4")
_NAMES_TAKEN = VersionRange.parse("<8.4")


def check_model(model):
    """Names that are taken already; bodies have scopes of their own, so only the main graph is certain."""
    for graph in model.graphs():
        main = graph is model.main
        if not graph.is_function and len(graph.initializers) != len(graph.proto.initializer):
            counts = Counter(tensor.name for tensor in graph.proto.initializer)
            for name in (name for name, count in counts.items() if count > 1):
                yield from _matches("there are two initializers %s" % name, None, name, main, False)
        given = set(graph.input_names).union(graph.initializers)
        written = set()
        for node in graph.nodes:
            for name in node.outputs:
                if name in given or name in written:
                    yield from _matches("writes %s a second time" % name, node, name, main, name in written)
                elif name:
                    written.add(name)


def _matches(text, node, name, certain, by_two_nodes):
    refused = {"severity": "error", "outcome": "rejected"} if certain else {}
    fixes = (_FIX, _BY_HAND) if certain else (_BY_HAND,)
    if by_two_nodes:
        yield Match(text, node=node, tensor=name, fixes=fixes, **refused)
        return
    yield Match(text, node=node, tensor=name, fixes=fixes, tensorrt=_NAMES_CHECKED, **refused)
    yield Match(text, node=node, tensor=name, fixes=fixes, tensorrt=_NAMES_TAKEN)
