"""Resize `keep_aspect_ratio_policy` is ignored

## What it detects
A Resize to `sizes` with the policy `not_larger` or `not_smaller`. (With `scales` the policy means nothing.)

## Why it fails
Before TensorRT 10.0 the attribute is not read and the output is stretched to the requested sizes, so that
even the shape differs. From 10.0 the node is refused (``Only `stretch` is supported currently``).

## Fix
For static shapes the final sizes are computed and the policy becomes `stretch`.
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD313",
    name="resize-aspect-ratio-ignored",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importResize, 7.1 to 9.3: the policy is not read; 10.0-GA onnxOpCheckers.cpp:591 refuses",),
)


def describe(node, row):
    policy = node.attr("keep_aspect_ratio_policy")
    if row.get("status") != "wrong-output":
        return "Resize keep_aspect_ratio_policy=%s is refused by this release" % policy
    numbers = node.input(3).numbers()
    sizes = "the sizes" if numbers is None else "sizes %s" % brackets(numbers)
    return "Resize keep_aspect_ratio_policy=%s is ignored: the input is stretched to %s" % (policy, sizes)
