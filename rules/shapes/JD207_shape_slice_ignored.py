"""Shape's `start` and `end` are ignored

## What it detects
A Shape node of opset 15 or newer with `start` or `end` that leave out at least one dimension.

## Why it fails
Before TensorRT 10.0 the attributes are not read and the whole shape is returned. What follows computes with
too many numbers: a Slice or Concat after it fails with misaligned sizes, or a Reshape gets a wrong shape.
PyTorch's dynamo exporter writes `x.shape[1]` this way.

## Fix
Shape without attributes followed by Slice means the same in every release.
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD207",
    name="shape-slice-ignored",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importShape, 7.1 to 9.3: start and end are not read; 10.0 reads them",),
)


def describe(node, row):
    start, end, shape = node.attr("start", 0), node.attr("end"), node.input(0).shape
    wanted = None if shape is None else shape[start:end]
    asked = "start=%s" % start if end is None else "start=%s end=%s" % (start, end)
    if shape is None:
        return "Shape %s is ignored: the whole shape comes back" % asked
    return "Shape %s is ignored: it returns all %d sizes %s instead of %s" % (
        asked,
        len(shape),
        brackets(shape),
        brackets(wanted),
    )
