"""Scales for each channel on an activation

## What it detects
QuantizeLinear with more than one scale on a tensor that is computed at run time.

## Why it fails
TensorRT takes scales for each channel for weights only; an activation has one scale (NvInfer.h, IQuantizeLayer). The
parser takes the node, the builder may end with `Could not find any implementation for node`.

## Fix
Quantize activations per tensor: `per_channel` of ONNX Runtime's quantizer and NVIDIA's Model Optimizer concern weights.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD416",
    name="per-channel-activation",
    severity="warning",
    outcome="build-risk",
    tensorrt=">=8.0",
    sources=("NvInfer.h of release/8.0 to 11.1, class IQuantizeLayer: per-channel scales for weights",),
    ops=("QuantizeLinear",),
)


def check_node(node):
    count = node.input(1).static_shape
    if node.domain or not count or count[0] < 2 or len(count) != 1 or node.attr("block_size", 0):
        return
    if not node.input(0).is_constant_expression():
        yield Match(
            "%d scales on %s, which is computed at run time" % (count[0], node.inputs[0]),
            node,
            cause="activation",
            fixes=(Fix("Quantize this tensor with one scale", "manual"),),
        )
