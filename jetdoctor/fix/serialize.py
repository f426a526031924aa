"""A ModelProto to a file, one initializer at a time: the weights are not held in memory twice."""

from __future__ import annotations

from typing import Any, BinaryIO

#: field numbers of onnx.proto, both length-delimited
_GRAPH, _INITIALIZER = 7, 5


def save(proto: Any, file: BinaryIO) -> None:
    """Write ``proto``. Any protobuf reader takes the result; the same model gives the same bytes."""
    shell = _without(proto, "graph")
    file.write(shell.SerializeToString(deterministic=True))
    if not proto.HasField("graph"):
        return
    graph = _without(proto.graph, "initializer").SerializeToString(deterministic=True)
    sizes = [tensor.ByteSize() for tensor in proto.graph.initializer]
    total = len(graph) + sum(1 + len(_varint(size)) + size for size in sizes)
    file.write(_tag(_GRAPH) + _varint(total) + graph)
    for size, tensor in zip(sizes, proto.graph.initializer):
        file.write(_tag(_INITIALIZER) + _varint(size))
        file.write(tensor.SerializeToString(deterministic=True))


def _without(message: Any, left_out: str) -> Any:
    """A copy without one field."""
    copy = type(message)()
    for field, value in message.ListFields():
        if field.name == left_out:
            continue
        if isinstance(value, (str, bytes, int, float, bool)):
            setattr(copy, field.name, value)
        elif hasattr(value, "extend"):
            getattr(copy, field.name).extend(value)
        else:
            getattr(copy, field.name).CopyFrom(value)
    return copy


def _tag(number: int) -> bytes:
    return bytes([number << 3 | 2])


def _varint(number: int) -> bytes:
    groups = []
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(groups + [number])
