"""Scales for each channel on an activation

## What it detects
QuantizeLinear with more than one scale on a tensor that is computed at run time.

## Why it fails
The headers of all releases say that scales for each channel are for weights and that an activation has one
(NvInfer.h, IQuantizeLayer). NVIDIA's newest compiler (TensorRT-RTX 1.7) builds such a node; what older builders do is
not known: no implementation, or a layer of its own that is not fused with its neighbors.

## Fix
Quantize activations per tensor: `per_channel` of ONNX Runtime's quantizer and NVIDIA's Model Optimizer concern weights.
"""

from jetdoctor.rule import Fix, Match, Rule

RULE = Rule(
    id="JD416",
    name="per-channel-activation",
    severity="info",
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
            "%d scales on %s, which is computed at run time" % (count[0], node.input(0).name),
            node,
            wall="builder",
            cause="activation",
            fixes=(Fix("Quantize this tensor with one scale", "manual"),),
        )
