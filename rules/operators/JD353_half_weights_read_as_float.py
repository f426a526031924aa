"""InstanceNormalization reads FLOAT16 scale and bias as FLOAT

## What it detects
An InstanceNormalization in half precision (also PyTorch's GroupNorm, which the TorchScript exporter writes with one).

## Why it fails
Before TensorRT 10 it is a plugin, whose scale and bias are passed as 32-bit floats whatever their type: two
half-precision numbers become one float, and half of these come from beyond the end of the data. The engine builds and
computes garbage.

## Fix
The node is computed in FLOAT between two Casts. Better still: export in FLOAT and let TensorRT choose half
precision (`trtexec --fp16`).
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD353",
    name="half-weights-read-as-float",
    severity="error",
    outcome="wrong-output",
    tensorrt="<10.0",
    sources=(
        "onnx-tensorrt importer of InstanceNormalization, 7.1 to 9.3: plugin fields kFLOAT32 whatever the weights are",
        "values of the 8.4 and 8.6 parsers' networks",
    ),
)


def describe(node, row):
    return "%s has FLOAT16 scale and bias, which the plugin reads as FLOAT: garbage" % node.op_type
