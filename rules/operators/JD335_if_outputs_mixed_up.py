"""The outputs of an If are mixed up

## What it detects
An If over a computed condition (a) with several outputs that a branch computes in another order than it lists
them, or with one that it does not compute at all, and (b) for TensorRT 8.5, with a branch where another node or a
constant has a name that begins with the name of the node that gives the output (`/Mul` and `/Mul_1`, or
TensorFlow's `mul` and `mul/y:0`).

## Why it fails
The importer looks for the layers that leave a branch and takes them in the order of the network, not of the
branch's outputs. TensorRT 8.5 finds them by the beginning of their names, so that `/Mul_1` is taken for an output
too. The engine gets other tensors, or the branches seem to differ: `The then/else branches of an If operator must
have the same number of outputs.`

## Fix
Every output leaves its branch through an Identity with a name of its own, in the order of the outputs.
"""

from jetdoctor.graph import DEFAULT_DOMAINS
from jetdoctor.rule import Fix, Match, Rule, VersionRange

RULE = Rule(
    id="JD335",
    name="if-outputs-mixed-up",
    severity="error",
    outcome="wrong-output",
    tensorrt=">=8.5,<9.0",
    sources=(
        "onnx-tensorrt ConditionalHelpers.cpp addIfOutputLayers and findLayer, 8.5-GA and 8.6-GA",
        "run with the parsers of 8.5 and 8.6: outputs of the wrong shape",
    ),
    ops=("If",),
)

_FIXES = (Fix("Let every output leave its branch through its own Identity", rewrite="if_plain_outputs"),)
_BY_NAME = VersionRange.parse(">=8.5,<8.6")

#: operators that make a layer of a constant that they read
_READ_AS_TENSOR = frozenset(
    "Add And Concat Div Equal Greater Less MatMul Max Mean Min Mod Mul Or Pow Sub Sum Where Xor".split()
)


def check_node(node):
    """Outputs out of order, and names that begin with the name of an output's layer."""
    if node.input(0).is_constant_expression():
        return
    branches = [graph for graph in node.subgraphs if graph.nodes]
    if any(_out_of_order(graph) for graph in branches):
        text = "If computes the outputs of a branch in a different order from its list: they are mixed up"
        yield Match(text, node, fixes=_FIXES, basis="measured", cause="order", reading="if_outputs_in_layer_order")
        return
    for graph in branches:
        found = _named_alike(graph)
        if found:
            text = "If mistakes %s for an output of its branch, since its name begins with %s" % found
            yield Match(text, node, tensorrt=_BY_NAME, fixes=_FIXES, basis="measured", cause="names")
            return


def _makers(graph):
    """The node that computes each output of a branch, None for a constant or a value of the graph around it."""
    made = [graph.producers.get(name) for name in graph.output_names]
    return [None if node is None or node.op_type == "Constant" else node for node in made]


def _out_of_order(graph):
    makers = _makers(graph)
    if len(makers) < 2 or not any(makers):
        return False
    places = [-1 if node is None else node.index for node in makers]
    return -1 in places or any(after < before for before, after in zip(places, places[1:]))


def _layer(node):
    """The name that the parser gives the layer of a node."""
    return node.name or "node_of_%s" % next((name for name in node.outputs if name), "")


def _named_alike(graph):
    """(other name, name of the layer of an output) of a branch, or None."""
    outputs = {_layer(node): node for node in _makers(graph) if node is not None}
    for other in graph.nodes:
        names = [] if other.op_type == "Constant" else [_layer(other)]
        if other.op_type in _READ_AS_TENSOR and other.domain in DEFAULT_DOMAINS:
            names += [name for index, name in enumerate(other.inputs) if name and other.input(index).is_weights()]
        for name in names:
            for layer, node in outputs.items():
                if name.startswith(layer) and not (other is node and name == layer):
                    return name, layer
    return None
