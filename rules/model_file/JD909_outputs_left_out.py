"""Omitted optional outputs are mistaken for one tensor

## What it detects
Two outputs with an empty name in one graph (an LSTM that lists only `Y_h`, or two nodes that each omit one), or
one of them and an empty input that comes before it, as in an LSTM without sequence lengths and without `Y`.

## Why it fails
In ONNX an empty name means "not there". Until 10.5 the parser's sorting took it for the name of a tensor: two of
them are `Output name is not unique`, an output and an input of one node are a cycle. Both end in
`Failed to sort the model topologically`.

## Fix
Empty outputs at the end are dropped; others get a name that nothing reads.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD909",
    name="outputs-left-out",
    severity="error",
    outcome="rejected",
    tensorrt="<10.6",
    sources=("onnx-tensorrt 7.1, 8.0-GA, 8.4-GA, 10.3-GA toposort.hpp: toposort; 10.6-GA skips empty names",),
)

_NAMED = Fix("Name the omitted outputs", "safe", rewrite="name_outputs")


def check_model(model):
    for graph in model.graphs():
        if graph.is_function:
            continue
        writers = [node for node in graph.nodes if "" in node.outputs]
        twice = sum(list(node.outputs).count("") for node in writers) > 1
        if twice or (writers and _reads_it(graph, writers[0])):
            why = "two unnamed outputs are one tensor" if twice else "an empty input is its empty output"
            for node in writers:
                yield Match(
                    "omits an output (%s); to this parser %s" % (_list(node.outputs), why),
                    node=node,
                    cause=graph.path,
                    fixes=(_NAMED,),
                )


def _reads_it(graph, writer):
    """Whether the node, or one that it depends on in this graph, has an empty input."""
    waiting, seen = [writer], set()
    while waiting:
        node = waiting.pop()
        if node.index in seen:
            continue
        seen.add(node.index)
        if "" in node.inputs:
            return True
        waiting.extend(graph.producers[name] for name in node.inputs if name in graph.producers)
    return False


def _list(names):
    return ", ".join(name or '""' for name in names)
