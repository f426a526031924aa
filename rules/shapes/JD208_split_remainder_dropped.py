"""Split drops the remainder or ignores its sizes

## What it detects
A Split of opset 18 without a `split` input whose dimension is not divisible by the number of outputs. For
TensorRT before 8.0 also a `split` input with unequal sizes.

## Why it fails
ONNX makes chunks of ceil(dim / outputs) with a smaller last one (10 into 3: 4, 4, 2). TensorRT before 10.0
makes chunks of floor(dim / outputs) and drops the rest (3, 3, 3: the last row is lost). TensorRT 7.1 and
7.2.1 do not read the `split` input at all and make equal chunks.

## Fix
The sizes become a constant `split` input (for TensorRT 7.1: as the attribute of opset 12).
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD208",
    name="split-remainder-dropped",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt importSplit, 7.1 to 9.3 (floor); 10.0 reads num_outputs",),
)


def describe(node, row):
    count = max(len(node.outputs), 1)
    shape, axis = node.input(0).shape, node.attr("axis", 0)
    size = shape[axis] if shape is not None and -len(shape) <= axis < len(shape) else None
    got = brackets([size // count] * count) if isinstance(size, int) else "equal parts"
    if node.present(1):
        sizes = node.input(1).numbers()
        wanted = "sizes" if sizes is None else "sizes %s" % brackets(sizes)
        return "Split's %s are not read: axis %d is cut into %s" % (wanted, axis, got)
    chunk = -(size // -count)
    wanted = brackets([chunk] * (count - 1) + [size - chunk * (count - 1)])
    return "Split of %d into %d: ONNX makes %s, this parser %s and drops the rest" % (size, count, wanted, got)
