"""A ceil_mode pool has one window too many

## What it detects
MaxPool or AveragePool with `ceil_mode=1` whose last window would start in the end padding. All shapes must
be known for the question to be answered; an unknown size is not reported.

## Why it fails
ONNX (since its errata) and PyTorch drop a window that starts entirely in the end padding. TensorRT rounds
the output size up without that rule, in every release: one row or column too many. The next Add or Concat
fails, or the network continues with a different shape.

## Fix
Make the padding explicit with `ceil_mode=0`, or change the kernel, stride or input size by one.
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD210",
    name="pool-ceil-window-in-padding",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt getKernelParams and poolingHelper, 7.1 to 10.10: the layer's own round-up mode is used",),
)


def describe(node, row):
    return "%s %s with ceil_mode=1 on %s: the last window lies in the padding; TensorRT keeps it, one row too many" % (
        node.op_type,
        brackets(node.attr("kernel_shape")),
        brackets(node.input(0).shape),
    )
