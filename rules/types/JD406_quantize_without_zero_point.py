"""Q/DQ without a zero point

## What it detects
QuantizeLinear or DequantizeLinear with two inputs.

## Why it fails
Before 9.0 the importer requires three inputs (`This version of TensorRT requires 3 inputs for the
QuantizeLinear operator`). Later releases take the missing zero point of a QuantizeLinear as INT8 where ONNX
says UINT8: values above 127 * scale saturate, values below 0 do not.

## Fix
An INT8 zero point of zeros is added (DequantizeLinear: of the input's type). For QuantizeLinear this
matches what TensorRT does, not what ONNX means: check the accuracy.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD406",
    name="quantize-without-zero-point",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt QuantDequantLinearHelper: 7.1 to 8.6 want three inputs, 9.0 to 10.15 assume INT8",),
)


def describe(node, row):
    if row.get("status") == "wrong-output":
        return "QuantizeLinear without a zero point: ONNX means UINT8 (0..255), this release INT8 (-128..127)"
    return "%s has no zero point input, but this release requires one" % node.op_type
