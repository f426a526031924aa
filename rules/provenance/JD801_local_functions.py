"""Local functions are not inlined, or are confused with one another

## What it detects
A node that calls a function defined inside the model (dynamo and onnxscript exports). From 9.0 on only
calls that go wrong: two functions of one name, or a formal input that is called like another tensor of the
calling graph.

## Why it fails
Before 9.0 the parser does not read the list of functions and looks for a plugin of that name. From 9.0 to
10.7 functions are kept by bare name, without domain and overload, and their formal inputs live in the
caller's namespace: when a formal input `x` meets a tensor `x` outside, the function computes with that one,
with only the warning `Found input: x that does not correspond to an outside scope name. Behavior may be
incorrect.`

## Fix
The functions are inlined: the same graph without calls.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD801",
    name="local-functions",
    severity="error",
    outcome="rejected",
    tensorrt="<10.8",
    sources=(
        "onnx-tensorrt 8.6-GA ModelImporter: functions are not read",
        "onnx-tensorrt 9.0-GA builtin_op_importers.cpp, 10.1-GA onnxOpImporters.cpp: LocalFunctionImporter",
    ),
)


def describe(node, row):
    name = "%s:%s" % (node.domain, node.op_type)
    if row.get("status") != "wrong-output":
        return "%s is a function of this model, and this parser does not read functions" % name
    bodies = node.graph.model.functions_called(node.op_type)
    if len(bodies) > 1:
        return "%s: this parser identifies functions by bare name only, and %d share it" % (name, len(bodies))
    clash = next(
        (formal for index, formal in enumerate(bodies[0].input_names) if _taken(node, index, formal)),
        "an input",
    )
    return "%s: its formal input %s is also a tensor outside, which the function then uses" % (name, clash)


def _taken(node, index, formal):
    value = node.graph.value(formal)
    known = value.producer is not None or value.initializer is not None or value.is_graph_input
    return known and node.input(index).name != formal
