"""A Pad mode, value or size that is refused

## What it detects
A Pad with a mode, a constant value or negative pads that the release has no layer for.

## Why it fails
Before 8.2 only padding with zeros exists (`only supports constant 0 padding!`); `edge` and `reflect` come
with 8.2, `wrap` with 10.0; negative pads (cropping, as `F.pad(x, (0, -1))` writes them) are refused from
8.2 to 10.3 (`Failed to convert padding!`). All-zero pads pass through in any mode.

## Fix
The Pad is written with Slice and Concat.
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD325",
    name="pad-refused",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt importPad: 8.0-GA builtin_op_importers.cpp:3032, 8.2-GA:3219; 10.0, 10.4 change logs",),
)


def describe(node, row):
    mode, pads = node.attr("mode", "constant"), node.attr("pads")
    numbers = node.input(1).integers()
    pads = numbers if pads is None else pads
    if "negative_pads" in row.get("when", {}) or "all_min" in row.get("require", {}):
        return "Pad crops with negative pads %s, which this release refuses" % brackets(pads)
    if mode != "constant":
        return "Pad mode=%s has no layer in this release" % mode
    value = node.attr("value") if node.tensor("value") is None else None
    value = value or node.input(2).array()
    return "Pad with the constant %s: this release pads with 0 only" % ("value" if value is None else value)
