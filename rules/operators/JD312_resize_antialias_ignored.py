"""Resize `antialias=1` is ignored

## What it detects
A Resize with `antialias=1` (`F.interpolate(..., antialias=True)`, torchvision's Resize). Before TensorRT
10.0 only when it makes an axis smaller, as far as is known: when it enlarges, the filter changes nothing.

## Why it fails
Before TensorRT 10.0 the attribute is not read and down-sampling aliases: the picture comes out sharper and
noisier than in training. From 10.0 the node is refused (`Antialiasing is not supported currently.`).

## Fix
No exact equivalent: export with antialias off after checking accuracy, resize before the model, or
down-sample with a fixed depthwise Conv.
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD312",
    name="resize-antialias-ignored",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importResize, 7.1 to 9.3: antialias is not read; 10.0-GA onnxOpCheckers.cpp:583 refuses",),
)


def describe(node, row):
    sizes = "%s to %s" % (brackets(node.input(0).shape), brackets(node.output(0).shape))
    if row.get("status") != "wrong-output":
        return "Resize antialias=1 (%s) is refused by this release" % sizes
    return "Resize antialias=1 is ignored: %s is sampled without the filter" % sizes
