"""A reduction's axes input is ignored: every axis is reduced

## What it detects
ReduceMean, ReduceMax, ReduceMin, ReduceProd, ReduceL1, ReduceL2, ReduceSumSquare, ReduceLogSum(Exp) or
ReduceSum that gives its axes as an *input*, in a release whose importer reads only the attribute, and whose
axes leave out at least one axis that matters.

## Why it fails
Opset 18 (13 for ReduceSum) moved `axes` from an attribute to an input. TensorRT before 10.0 still looks for
the attribute, finds none, and reduces over **all** axes, without a warning. With keepdims the result is
[1,1,1,1], so a global average pool followed by a Reshape fails with `reshape changes volume. Reshaping
[1,1,1,1] to [1,1280]`; where no Reshape follows (a decomposed layer normalization, squeeze-and-excite) the
engine builds and computes something else. ReduceLogSumExp loses its axes until 10.10.

The maximum in a decomposed softmax is only a warning: a softmax is the same whatever is subtracted, as long
as its exponentials stay in range. Rows whose values all lie far below the largest value of the whole tensor lose that.

## Fix
The opset is lowered to 17, where `axes` is an attribute again; jetdoctor's own adapters do it and leave
everything else as it is. Where the opset cannot be lowered, ReduceMean becomes ReduceSum divided by the
number of elements, which every release from 8.0 on reads.
"""

from jetdoctor.rule import Rule, brackets

RULE = Rule(
    id="JD204",
    name="reduce-axes-ignored",
    severity="error",
    outcome="wrong-output",
    sources=("onnx-tensorrt reduceTensor and the Reduce* importers, 7.1 to 10.10 (rules/facts)",),
)

#: Operators that hand the shape on, so that the wrong shape reaches the Reshape behind them.
_SHAPE_KEEPING = (
    "Identity", "Cast", "Relu", "Sigmoid", "HardSigmoid", "Dropout", "Clip", "HardSwish", "LeakyRelu",
)  # fmt: skip


def describe(node, row):
    """The message of a fact row: what the model asks for and what the engine would do."""
    if row.get("status") != "wrong-output":
        return "%s gives its axes as an input; this parser looks for the attribute only" % node.op_type
    numbers = node.input(1).numbers() if node.present(1) else None
    axes = "its axes" if numbers is None else "axes=%s" % brackets(numbers)
    effect = row["what"] if row.get("severity") == "warning" else "it reduces over ALL axes"
    return "%s gives %s as an input, which is not read: %s" % (node.op_type, axes, effect)


def consequences(node, row):
    """The line that the build log shows when a Reshape of constant shape follows."""
    if row.get("status") != "wrong-output":
        return
    rank = node.input(0).rank
    if rank is None:
        return
    wrong = [1] * rank if node.attr("keepdims", 1) else []
    value = node.output(0)
    for _ in range(8):
        readers = value.consumers
        if len(readers) != 1:
            return
        reader = readers[0]
        if reader.op_type == "Reshape":
            numbers = reader.input(1).numbers()
            shape = reader.output(0).static_shape if numbers is None else numbers
            if shape is not None and _volume(shape) != 1:
                yield "Reshape %s fails: reshape changes volume. Reshaping %s to %s" % (
                    reader.name or reader.output(0).name,
                    brackets(wrong),
                    brackets(shape),
                )
            return
        if reader.op_type not in _SHAPE_KEEPING:
            return
        value = reader.output(0)


def _volume(shape):
    volume = 1
    for dim in shape:
        volume *= dim if dim > 0 else 1
    return volume
