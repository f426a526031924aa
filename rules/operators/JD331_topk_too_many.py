"""TopK asks for more than 3840 values

## What it detects
A TopK whose K is known and above 3840, as detectors write that keep many candidates before suppression.

## Why it fails
The parser accepts the node; TensorRT's TopK layer is documented up to k = 3840, and the builder finds no
implementation beyond it. The header has stated the limit since 7.1 (`ITopKLayer::setK`: at most 3840), the
parser's list of operators since 10.1 (`K less than 3840`).

## Fix
Lower K at export (pre-NMS candidates of 1000 are the usual number), or cut the scores into parts, take TopK
of each and TopK of the concatenation.
"""

from jetdoctor.rule import Match, Rule

RULE = Rule(
    id="JD331",
    name="topk-too-many",
    severity="warning",
    outcome="build-risk",
    sources=(
        "NvInfer.h of TensorRT 7.1 to 11.1, ITopKLayer::setK: k <= 3840",
        "NVIDIA TensorRT operators reference, TopK: k <= 3840",
        "onnx-tensorrt 10.1-GA docs/operators.md, TopK: K < 3840",
    ),
    ops=("TopK",),
)

LIMIT = 3840


def check_node(node):
    """Only a K that the file holds can be judged."""
    numbers = node.input(1).integers() if node.present(1) else None
    k = numbers[0] if numbers else node.attr("k", 0)
    if k > LIMIT:
        yield Match("TopK asks for %d values; TensorRT's layer is documented up to %d" % (k, LIMIT), node, cause=k)
