"""A zero point that is not zero

## What it detects
QuantizeLinear or DequantizeLinear with a zero point other than 0 (asymmetric quantization, the default of
ONNX Runtime's and PyTorch's quantizers for activations).

## Why it fails
TensorRT quantizes symmetrically: `TensorRT only supports symmetric quantization. The zero point must be all
zeros.` TensorRT 7 replaces the zero point by 0 with only a warning and computes something else.

## Fix
Exact rewrites come first: UINT8 around 128, the 7 bits of PyTorch, and weights whose steps symmetric INT8 can
represent. Other tensors get INT8 around 0 with a wider step (`--unsafe`): the model stays INT8 and rounds
more coarsely, and the proof measures how far its outputs move. The most accurate way is to quantize the
FLOAT model again: `quantize_static(
..., activation_type=QuantType.QInt8, extra_options={"ActivationSymmetric": True, "WeightSymmetric": True})` in ONNX
Runtime, or NVIDIA's Model Optimizer. `--allow quantization` computes the same steps in FLOAT: the values are kept, the
speed of INT8 is lost.
"""

from jetdoctor.rule import Rule

RULE = Rule(
    id="JD403",
    name="zero-point-not-zero",
    severity="error",
    outcome="rejected",
    sources=("onnx-tensorrt QuantDequantLinearHelper, 8.0-GA to 10.10 (refused); 7.1 and 7.2 (replaced by zeros)",),
)


def describe(node, row):
    numbers = node.input(2).numbers()
    shown = "non-zero" if numbers is None or len(numbers) != 1 else str(numbers[0])
    if row.get("status") == "wrong-output":
        return "%s zero point %s is replaced by 0, with only a warning in the log" % (node.op_type, shown)
    return "%s has the zero point %s (asymmetric); TensorRT accepts only 0" % (node.op_type, shown)
