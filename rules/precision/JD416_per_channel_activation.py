"""Per-channel scales on an activation

## What it detects
QuantizeLinear with more than one scale on a tensor that is computed at run time.

## Why it fails
The headers of all releases say that per-channel scales are for weights and that an activation has one
(NvInfer.h, IQuantizeLayer). NVIDIA's newest compiler (TensorRT-RTX 1.7) builds such a node; what older builders do is
unknown: no implementation, or a separate layer that is not fused with its neighbors. 8.6 is reported to skip every
tactic for one (`Assertion numScales == mGlobRefs.scale.count() failed`), so that it is a warning before 10.0.

## Fix
Quantize activations per tensor: `per_channel` of ONNX Runtime's quantizer and NVIDIA's Model Optimizer concern weights.
"""

from jetdoctor.rule import Fix, Match, Rule, VersionRange

RULE = Rule(
    id="JD416",
    name="per-channel-activation",
    severity="info",
    outcome="build-risk",
    tensorrt=">=8.0",
    sources=(
        "NvInfer.h of release/8.0 to 11.1, class IQuantizeLayer: per-channel scales for weights",
        "https://github.com/NVIDIA/TensorRT/issues/4008 (8.6.1)",
    ),
    ops=("QuantizeLinear",),
)


_REPORTED = ((VersionRange.parse(">=8.0,<10.0"), "warning"), (VersionRange.parse(">=10.0"), "info"))


def check_node(node):
    count = node.input(1).static_shape
    if node.domain or not count or count[0] < 2 or len(count) != 1 or node.attr("block_size", 0):
        return
    if not node.input(0).is_constant_expression():
        for within, severity in _REPORTED:
            yield Match(
                "%d scales on %s, which is computed at run time" % (count[0], node.inputs[0]),
                node,
                wall="builder",
                severity=severity,
                tensorrt=within,
                cause=("activation", severity),
                fixes=(Fix("Quantize this tensor with one scale", "manual"),),
            )
