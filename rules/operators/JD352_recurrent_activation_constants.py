"""Activations of RNN, GRU and LSTM get the wrong constants

## What it detects
`activations` in which a Softplus occurs, or whose `activation_alpha` and `activation_beta` are not at the
positions of the functions that use them.

## Why it fails
ONNX assigns the constants to the functions that have one (LeakyRelu, Elu, HardSigmoid …), in order. The parser takes
them by position, so a function can miss its own and keep the default. TensorRT's softplus is
`alpha * log(exp(beta * x) + 1)` with 0 for both when nothing is given: it returns 0 everywhere.

## Fix
Give the constants for every function, in the order of `activations`, when exporting. A recurrent Softplus has no form
that all parsers and ONNX Runtime read alike: decompose the cell into a Loop, or use another function.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD352",
    name="recurrent-activation-constants",
    severity="error",
    outcome="wrong-output",
    sources=(
        "onnx-tensorrt 7.1 to 10.10-GA: importers of RNN, GRU and LSTM, getActivationDefaultAlpha",
    ),
)


def describe(node, row):
    names = ", ".join(node.attr("activations") or ())
    if "Softplus" in (node.attr("activations") or ()):
        return "%s computes its Softplus (activations %s) with constants other than ONNX's 1" % (node.op_type, names)
    return "%s assigns the constants of its activations (%s) differently from ONNX" % (node.op_type, names)
