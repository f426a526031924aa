"""A node without its first input or a required attribute

## What it detects
A node whose first input is missing or named `""` although the operator needs it (`Relu()`), and one without an
attribute for which ONNX has no default: `axis` of Concat, `to` of Cast, `kernel_shape` of a pool, `blocksize` of
DepthToSpace, `equation` of Einsum, `body` of Loop and Scan, the branches of If.

## Why it fails
Importers read both without asking whether they are there. A missing attribute stops the parser with
`Attribute not found: axis`. onnx's checker and ONNX Runtime refuse the model too.

## Fix
Export the model again. If a script edited the graph, connect the input or set the attribute there.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD913",
    name="required-part-missing",
    severity="error",
    outcome="rejected",
    sources=(
        "onnx-tensorrt 7.1 to 10.10, builtin importers: inputs.at(0), attrs.get(name) without a default",
        "onnx-tensorrt 8.4-GA OnnxAttrs.hpp:41, Attribute not found",
    ),
)

_ATTRIBUTES = {
    "AveragePool": ("kernel_shape",),
    "Cast": ("to",),
    "Concat": ("axis",),
    "DepthToSpace": ("blocksize",),
    "Einsum": ("equation",),
    "If": ("then_branch", "else_branch"),
    "Loop": ("body",),
    "LpPool": ("kernel_shape",),
    "MaxPool": ("kernel_shape",),
    "RandomNormal": ("shape",),
    "RandomUniform": ("shape",),
    "Scan": ("num_scan_inputs", "body"),
    "SpaceToDepth": ("blocksize",),
}
#: Versions of these operators take no input, or may do without the first.
_WITHOUT_INPUT = frozenset(
    ("Constant", "Loop", "Optional", "RandomNormal", "RandomUniform", "Scan", "SequenceEmpty", "OptionalHasElement")
)
_DEFAULT_DOMAINS = ("", "ai.onnx")
_BY_HAND = Fix("Connect the input or set the attribute where the graph was edited", "manual")


def check_model(model):
    local = {(function.domain, function.name) for function in model.proto.functions}
    for graph in model.graphs():
        for node in graph.nodes:
            if node.domain not in _DEFAULT_DOMAINS or (node.domain, node.op_type) in local:
                continue
            inputs = node.inputs
            if not (inputs and inputs[0]) and node.op_type not in _WITHOUT_INPUT:
                yield _match("%s has no first input" % node.op_type, node)
            for name in _ATTRIBUTES.get(node.op_type, ()):
                if not node.has_attr(name):
                    yield _match("%s has no attribute %s, which ONNX requires" % (node.op_type, name), node)


def _match(text, node):
    return Match(text, node=node, fixes=(_BY_HAND,))
