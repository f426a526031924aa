"""INT64 constants that do not fit INT32

## What it detects
A small INT64 constant with a value outside of INT32 that something other than Slice, NonMaxSuppression or
Loop reads.

## Why it fails
TensorRT before 10.0 has no INT64: the parser casts such weights down and clamps what does not fit, with a
warning in the log (`Your ONNX model has been generated with INT64 weights ... One or more weights outside
the range of INT32 was clamped`). For the "to the end" value of a Slice, the "all boxes" of
NonMaxSuppression and the "no limit" of a Loop the clamped number means the same; elsewhere it is another number.

## Fix
Compute with smaller numbers (mask values such as -9223372036854775808 become -2147483648), or use a JetPack
with TensorRT 10.
"""

from jetdoctor.rule import Match, Rule

RULE = Rule(
    id="JD408",
    name="int64-out-of-range",
    severity="warning",
    outcome="wrong-output",
    tensorrt="<10.0",
    sources=("onnx-tensorrt convertINT64: values are clamped to INT32 (releases 7.1 to 8.6)",),
)

_INT64 = 7

#: Operators for which a huge number means "all", which the clamped number means as well.
_UP_TO_THE_END = ("Slice", "NonMaxSuppression", "Loop")


def check_model(model):
    """Initializers and Constant nodes whose values the view holds."""
    for graph in model.graphs():
        for name, tensor in graph.initializers.items():
            if tensor.data_type == _INT64:
                yield from _judge(graph.value(name))
        for node in graph.nodes:
            if node.op_type == "Constant" and node.output(0).name:
                yield from _judge(node.output(0))


def _judge(value):
    array = value.array()
    if array is None or array.dtype.kind != "i" or array.dtype.itemsize != 8 or not array.size:
        return
    if int(array.max()) <= 2147483647 and int(array.min()) >= -2147483648:
        return
    readers = [node for node in value.consumers if node.op_type not in _UP_TO_THE_END]
    if readers:
        yield Match(
            "%s reads the INT64 constant %s, which holds values outside of INT32: they are clamped"
            % (readers[0].op_type, value.name),
            readers[0],
            tensor=value.name,
        )
