"""Nearest half-pixel Resize is sampled asymmetrically in 7.1

## What it detects
A nearest Resize with floor rounding and half-pixel coordinates for TensorRT 7.1 (7.2 refuses it).

## Why it fails
The layer has no half-pixel nearest sampling; the node is accepted and sampled with asymmetric coordinates:
shifted by half a pixel.

## Fix
Export with asymmetric coordinates.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD328",
    name="resize-half-pixel-nearest",
    severity="error",
    outcome="wrong-output",
    tensorrt="<8.0",
    sources=("onnx-tensorrt 7.1 importResize: accepted without such a layer; 7.2.1 to 7.2.3 refuse",),
)


def describe(node, row):
    mode = node.attr("coordinate_transformation_mode", "half_pixel")
    if row.get("status") != "wrong-output":
        return "Resize nearest with %s coordinates is refused by this release" % mode
    return "Resize nearest with %s coordinates is sampled asymmetrically: shifted by half a pixel" % mode
