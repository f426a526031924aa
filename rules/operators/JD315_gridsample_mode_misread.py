"""GridSample `linear` and `cubic` become nearest

## What it detects
A GridSample of opset 20 that writes the mode names `linear` or `cubic` (as PyTorch's dynamo exporter does).

## Why it fails
The importer knows the opset-16 names `bilinear` and `bicubic`; any other name leaves the mode at nearest,
without a message, in every release from 8.5 on, also in those that document opset 20.

## Fix
The mode gets its old name, and the opset is lowered to 19, where that name is valid.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD315",
    name="gridsample-mode-misread",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importGridSample, 8.5-GA to 11.0",),
)


def describe(node, row):
    return "GridSample mode=%s is unknown to this parser: it samples NEAREST" % node.attr("mode")
