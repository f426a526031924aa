"""Clip reads FLOAT16 and INT8 bounds as FLOAT

## What it detects
A Clip of opset 11 or newer whose min or max is a FLOAT16 initializer (models converted to half precision
before the build), or an INT8 one.

## Why it fails
Before TensorRT 8.5 the bytes are read as float32 whatever their type: four bytes where two were written, so
that the bounds become garbage. A Relu6 can turn into anything. From 8.5 on FLOAT16 is converted; INT8 bounds are still
read as FLOAT, and as 0 from 10.0 on.

## Fix
Keep the model in FLOAT and let TensorRT choose half precision (`trtexec --fp16`): that is the better way in
any case. In the graph, Max and Min with the same constants say it correctly; INT8 is clipped in FLOAT.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD314",
    name="clip-half-bounds-misread",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importClip, 7.1 to 8.4-GA: bounds read through a float pointer; 8.5-GA converts FLOAT16",),
)


def describe(node, row):
    bounds = []
    for index, label in ((1, "min"), (2, "max")):
        bound = node.input(index).numbers() if node.present(index) else None
        if bound:
            bounds.append("%s=%g" % (label, bound[0]))
    text = "Clip's %s bounds (%s) are read as if they were FLOAT: garbage limits"
    return text % (node.input(1).dtype, ", ".join(bounds) or "min, max")
