"""Squeeze without axes on a dynamic shape

## What it detects
A Squeeze with neither an `axes` attribute nor an axes input whose input shape is not static (in TensorRT
7.1 and 7.2.1: whatever the shape).

## Why it fails
The parser has to know which dimensions are 1 when it builds the network. With a dynamic shape it stops:
`Cannot infer squeeze dimensions from a dynamic shape!`. TensorRT 7.1 and 7.2.1 require the attribute in any
case; from 11.5 on the axes may be left out.

## Fix
The axes are made explicit where shape inference knows them; or freeze the input shape (`jetdoctor fix
--freeze NAME=SHAPE`). At export: `x.squeeze(dim)`, never a bare `x.squeeze()`.
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD203",
    name="squeeze-without-axes",
    severity="error",
    outcome="rejected",
    sources=(
        "onnx-tensorrt importSqueeze, 7.1 to 11.0 (message of 8.0 and later)",
        "https://github.com/onnx/onnx-tensorrt/releases/tag/release%2F11.5-GA (Squeeze without axes)",
    ),
)


def describe(node, row):
    shape = node.input(0).shape
    if row.get("before") == "8.0":
        return "Squeeze gives no axes, but this parser requires the attribute even for a static shape"
    return "Squeeze gives no axes and its input is %s: it is unknown which dimensions are 1" % brackets(shape)
