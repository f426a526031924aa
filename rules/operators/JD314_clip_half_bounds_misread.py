"""Clip reads FLOAT16 bounds as FLOAT

## What it detects
A Clip of opset 11 or newer whose min (and max) is a FLOAT16 initializer (models converted to half precision
before the build).

## Why it fails
Before TensorRT 8.5 the bytes are read as float32 whatever their type: four bytes where two were written, so
that the bounds become garbage. A Relu6 can turn into anything.

## Fix
Keep the model in FLOAT and let TensorRT choose half precision (`trtexec --fp16`): that is the better way in
any case. In the graph, Max and Min with the same constants say it correctly.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD314",
    name="clip-half-bounds-misread",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importClip, 7.1 to 8.4-GA: bounds read through a float pointer; 8.5-GA converts by type",),
)


def describe(node, row):
    bounds = []
    for index, label in ((1, "min"), (2, "max")):
        array = node.input(index).array() if node.present(index) else None
        if array is not None and array.size:
            bounds.append("%s=%g" % (label, float(array.reshape(-1)[0])))
    return "Clip's FLOAT16 bounds (%s) are read as if they were FLOAT: garbage limits" % (
        ", ".join(bounds) or "min, max"
    )
