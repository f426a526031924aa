"""ONNX files for the tests of loading: small models, large tensors, a hole of many gigabytes."""

from __future__ import annotations

import os

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

from jetdoctor.model.wire import encode_varint, skeleton

LARGE = 8192  # elements: over KEEP_BYTES in every type of two bytes or more


def model_of(graph, **more):
    more.setdefault("opset_imports", [helper.make_opsetid("", 17)])
    return helper.make_model(graph, ir_version=8, producer_name="maker", producer_version="1.2", **more)


def floats(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


def simple(initializers=(), nodes=None, **more):
    nodes = nodes or [helper.make_node("Relu", ["x"], ["y"], name="relu")]
    graph = helper.make_graph(
        nodes, "g", [floats("x", "batch", 3)], [floats("y", "batch", 3)], list(initializers)
    )
    return model_of(graph, **more)


def saved(tmp_path, proto, name="model.onnx"):
    path = tmp_path / name
    path.write_bytes(proto if isinstance(proto, bytes) else proto.SerializeToString())
    return str(path)


def restored(data):
    """The model put together again from its skeleton and the spans that were left out."""
    result = skeleton(data)
    proto = onnx.ModelProto.FromString(result.data)
    for place, (offset, length) in result.left_out.items():
        message = proto
        for number, index in place:
            value = getattr(message, message.DESCRIPTOR.fields_by_number[number].name)
            message = value[index] if hasattr(value, "extend") else value
        message.ParseFromString(data[offset : offset + length])
    return proto


def raw(name, count=LARGE, dtype="float32"):
    return numpy_helper.from_array(numpy.arange(count).astype(dtype), name)


def sparse_file(path, payload):
    """A model with one float initializer whose ``payload`` bytes are a hole in the file."""
    tail = b"\x42\x01w"
    head = b"\x08" + encode_varint(payload // 4) + b"\x10\x01\x4a" + encode_varint(payload)
    tensor = len(head) + payload + len(tail)
    node = helper.make_node("Relu", ["x"], ["y"]).SerializeToString()
    rest = b"\x0a" + encode_varint(len(node)) + node
    prefix = b"\x2a" + encode_varint(tensor)
    with open(path, "wb") as file:
        file.write(b"\x08\x08\x3a" + encode_varint(len(prefix) + tensor + len(rest)) + prefix + head)
        file.seek(payload, os.SEEK_CUR)
        file.write(tail + rest + b"\x42\x04\x0a\x00\x10\x11")
