"""A tensor whose data do not fill its shape

## What it detects
An initializer, or the tensor of a Constant, that holds more or fewer bytes (or elements) than its dimensions and
element type need, or that has a dimension below 0.

## Why it fails
The parser compares the two for every initializer, used or not, and stops: `Size mismatch when importing
initializer`. onnx's checker and ONNX Runtime refuse such a model too. A tensor without any data is taken for an
optional one that was left out by the parsers up to TensorRT 8.4.0 and refused from 8.4.1 on. Large tensors are not
read for a check: of those nothing is said.

## Fix
Export the model again, or write the tensor with `onnx.numpy_helper.from_array`, which sets dimensions and data
together.
"""

import math

from jetdoctor.graph import DTYPE_BYTES
from jetdoctor.rule import Fix, Match, Rule, VersionRange

RULE = Rule(
    id="JD912",
    name="tensor-data-size",
    severity="error",
    outcome="rejected",
    sources=(
        "onnx-tensorrt 7.1 to 10.13, convertOnnxWeights: size_bytes() != nbytes",
        "onnx-tensorrt 7.1 to 8.2-GA, isOnnxTensorEmpty",
    ),
    ops=("Constant",),
)

_EXTERNAL = 1
_FIX = Fix("Write the tensor again with as many elements as its shape has", "manual")
#: Parsers that look at a tensor without data, or with a size below 0, like at any other.
_CHECKED = VersionRange.parse(">=8.4.1")
#: Bytes up to which the view of a model holds every tensor's data: a larger one without any is one that was not read.
_SURELY_READ = 8192

#: The field that holds the elements where there are no raw bytes, by onnx.TensorProto.DataType. Types of less than a
#: byte share bytes, and parsers count them in ways of their own.
_FIELDS = dict.fromkeys((2, 3, 6, 9, 10, 16), "int32_data")
_FIELDS.update({1: "float_data", 7: "int64_data", 11: "double_data"})


def check_model(model):
    for graph in model.graphs():
        for name, tensor in graph.initializers.items():
            yield from _matches(name, tensor, None)


def check_node(node):
    tensor = node.constant_tensor()
    if tensor is not None and node.outputs:
        yield from _matches(node.outputs[0], tensor, node)


def _matches(name, tensor, node):
    if tensor.data_type not in _FIELDS or tensor.data_location == _EXTERNAL:
        return
    shape = "[%s]" % ",".join(map(str, tensor.dims))
    if any(size < 0 for size in tensor.dims):
        yield _match("%s has the shape %s: a constant has no size below 0" % (name, shape), name, node, _CHECKED)
        return
    count, width = math.prod(tensor.dims), DTYPE_BYTES[tensor.data_type]
    raw = tensor.HasField("raw_data")
    held = tensor.raw_data if raw else getattr(tensor, _FIELDS[tensor.data_type])
    needed, given = count * width if raw else count, len(held)
    if given == needed or (not given and count * width > _SURELY_READ):
        return
    unit = "bytes" if raw else "elements"
    text = "%s has %s %s of data, but its shape %s needs %s" % (name, f"{given:,}", unit, shape, f"{needed:,}")
    yield _match(text, name, node, VersionRange() if given else _CHECKED)


def _match(text, name, node, within):
    return Match(text, node=node, tensor=name, fixes=(_FIX,), tensorrt=within)
