"""The size of a result depends on the data

## What it detects
NonZero or NonMaxSuppression in a release that imports them: the number of entries is known only at run
time.

## Why it fails
It builds, but the engine is harder to run. From TensorRT 8.5 on these are native layers: when such a size reaches an
output, the program must bring an output allocator (`IOutputAllocator`, `execute_async_v3`); the old `execute_v2`
cannot run it, CUDA graphs and the DLA cannot be used, and the stream waits for the size. From 8.0 to 8.4
NonMaxSuppression is imported as the plugin EfficientNMS_ONNX_TRT, called experimental, and `supportsOperator` returns
false. NonZero has no importer there (JD301).

## Fix
For detectors: end the model before the suppression and run NMS on the host, or use EfficientNMS_TRT with a
fixed number of boxes (`yolo export nms=False`; TensorRT's sample for EfficientNMS). For masks: multiply by
the mask instead of selecting.
"""

from jetdoctor.rule import Match, Rule, VersionRange

RULE = Rule(
    id="JD502",
    name="data-dependent-shape",
    severity="info",
    outcome="build-risk",
    tensorrt=">=8.0",
    sources=(
        "NVIDIA TensorRT API, IOutputAllocator (8.5 and later)",
        "onnx-tensorrt 8.5-GA importNonZero, importNonMaxSuppression; 8.0-GA to 8.4-GA: EfficientNMS_ONNX_TRT",
    ),
    ops=("NonZero", "NonMaxSuppression"),
)

_NATIVE = VersionRange.parse(">=8.5")
_PLUGIN = VersionRange.parse(">=8.0,<8.5")


def check_node(node):
    """One finding for all nodes of an operator; a result that folds to a constant has no dynamic size."""
    if node.domain not in ("", "ai.onnx") or node.output(0).is_constant_expression():
        return
    yield Match(
        "the size of %s's result depends on the data: the program needs an output allocator if it reaches an output"
        % node.op_type,
        node,
        tensorrt=_NATIVE,
        cause=node.op_type,
    )
    if node.op_type == "NonMaxSuppression":
        yield Match(
            "NonMaxSuppression is imported as the experimental plugin EfficientNMS_ONNX_TRT in this release",
            node,
            tensorrt=_PLUGIN,
            cause="plugin",
        )
