"""A quantized type or form that is refused

## What it detects
Q/DQ with blocks, with FLOAT16 data before 8.5, with a scale that is computed, with 4-bit, 16-bit or 8-bit float
types, with scales that do not fit the axis, are negative or have a dynamic shape, or an odd number of 4-bit values.

## Why it fails
Before 9.0 (FP8) and 10.0 (INT4, blocks) there is only INT8; no release has UINT4 or 16-bit integers. The scale
is a constant of the engine until 10.16 (`NvInfer.h`, `IQuantizeLayer`).

## Fix
Dequantize such weights offline; activations are computed in FLOAT, with the same quantization steps. For INT8 speed
quantize again to INT8 per channel.
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD407",
    name="quantized-form-refused",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt QuantDequantLinearHelper of each release (rows with JD407 in rules/data)",),
)


def describe(node, row):
    when = row.get("when", {})
    if "change" not in row and "status" in row:
        return None  # the row says it
    if "attr_gt" in when:
        return "%s block_size=%s: blocked scales are not in this release" % (node.op_type, node.attr("block_size"))
    if "quant_dtype" in when and row.get("status"):
        quantized = node.input(0).dtype if node.op_type == "DequantizeLinear" else node.output(0).dtype
        return "%s with the quantized type %s, which this release does not have" % (node.op_type, quantized)
    if when.get("attr_present") == "output_dtype":
        return "%s output_dtype is compared with the zero point's type and refused" % node.op_type
    if when.get("attr_absent") == "axis":
        return "%s of %s data gives no axis, and this parser checks ONNX's default 1 against the rank" % (
            node.op_type,
            "scalar" if node.input(0).rank == 0 else "1-D",
        )
    if "scale_fits_axis" in row.get("require", {}):
        return "%s has %s scales for the input %s: they match no axis" % (
            node.op_type,
            brackets(node.input(1).shape),
            brackets(node.input(0).shape),
        )
    if row.get("require", {}).get("all_positive"):
        return "%s has a scale that is not positive" % node.op_type
    return None
