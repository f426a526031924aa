"""A UINT8 zero point is quantized as INT8

## What it detects
QuantizeLinear with a UINT8 zero point that is zero.

## Why it fails
TensorRT quantizes to INT8 whatever the zero point's type (10.10 says so in a warning): the range is
-128..127 instead of 0..255, and everything above 127 * scale saturates. After a Relu the upper half of the
values is lost.

## Fix
As for JD403: INT8 around 0 with a wider step (`--unsafe`, measured), the FLOAT model quantized again
(`activation_type=QuantType.QInt8`, symmetric), or the same steps in FLOAT without INT8 speed (`--allow quantization`).
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD405",
    name="quantize-uint8",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt QuantDequantLinearHelper and convertOnnxWeights, 7.1 to 10.10",),
)


def describe(node, row):
    return "QuantizeLinear to UINT8 is computed as INT8: everything above 127 * scale saturates"
