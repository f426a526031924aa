"""Reshape without `allowzero` is refused by TensorRT 8.0 to 8.4.1

## What it detects
A Reshape in a model of opset 14 or newer that does not write the attribute `allowzero`.

## Why it fails
The importer of these releases looks the attribute up without a default, and the lookup fails with
`Attribute not found: allowzero`. ONNX says that a missing `allowzero` means 0. JetPack 5.0.2 ships 8.4.1,
which still does this; TensorRT 8.4.2 and 8.5 apply the default. JetPack 4.6 (8.0, 8.2) is affected as
well.

## Fix
`allowzero=0` is set explicitly: the same meaning in every runtime. Exporting with opset 13 avoids it too.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD202",
    name="reshape-without-allowzero",
    severity="error",
    outcome="rejected",
    tensorrt=">=8.0,<8.4.2",
    sources=("onnx-tensorrt 8.0-GA to 8.4-GA importReshape (refused at 1da7332 = 8.4.1, fixed at the tip)",),
)


def describe(node, row):
    return "Reshape omits allowzero; at opset %d this parser requires the attribute" % node.opset
