"""The protobuf wire format of an ONNX file, walked without reading the weights.

An ONNX file is a tree of length-prefixed messages (https://protobuf.dev/programming-guides/encoding).
Messages up to ``KEEP_BYTES`` are copied as they are; larger ones are walked field by field, and the payload
of a tensor that is larger is left out. Offsets and lengths are in bytes.
"""

from __future__ import annotations

import mmap
from typing import Any, Dict, List, Tuple, Union

#: Tensors whose message is at most this long keep their data: shapes, axes, scales, small tables.
KEEP_BYTES = 16 * 1024

#: Payloads passed over before the pages beside them are given back; each may have brought 64 KiB into memory.
_FORGET = 16

#: protobuf parsers refuse messages nested deeper than this (C++, upb and Java default).
MAX_DEPTH = 100

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

Chunk = Union[bytes, Tuple[int, int]]

#: Steps from the ModelProto down to a message: (field number, index within that field).
Place = Tuple[Tuple[int, int], ...]


class Message:
    """What the walk needs to know of a message type: which fields hold messages to descend into."""

    def __init__(self, name: str, payload: Tuple[int, ...] = ()) -> None:
        self.name = name
        self.payload = frozenset(payload)
        self.children: Dict[int, Message] = {}


# Field numbers of onnx.proto (IR version 14); they are never reused.
TENSOR = Message("TensorProto", payload=(4, 5, 6, 7, 9, 10, 11))
SPARSE = Message("SparseTensorProto")
GRAPH = Message("GraphProto")
ATTRIBUTE = Message("AttributeProto")
NODE = Message("NodeProto")
FUNCTION = Message("FunctionProto")
TRAINING = Message("TrainingInfoProto")
MODEL = Message("ModelProto")
SPARSE.children = {1: TENSOR, 2: TENSOR}
ATTRIBUTE.children = {5: TENSOR, 10: TENSOR, 6: GRAPH, 11: GRAPH, 22: SPARSE, 23: SPARSE}
NODE.children = {5: ATTRIBUTE}
GRAPH.children = {1: NODE, 5: TENSOR, 15: SPARSE}
FUNCTION.children = {7: NODE, 11: ATTRIBUTE}
TRAINING.children = {1: GRAPH, 2: GRAPH}
MODEL.children = {7: GRAPH, 20: TRAINING, 25: FUNCTION}

#: Messages that hold no weights, and count where messages lie in one another.
_NAMES = "ValueInfoProto TypeProto TypeProto.Tensor TensorShapeProto Dimension TypeProto.Sequence TypeProto.Map"
_VALUE, _TYPE, _DENSE, _SHAPE, _DIM, _ELEMENT, _ENTRY = map(Message, _NAMES.split())
_VALUE.children = {2: _TYPE}
_TYPE.children = {1: _DENSE, 4: _ELEMENT, 5: _ENTRY, 9: _ELEMENT}
_DENSE.children = {2: _SHAPE}
_SHAPE.children = {1: _DIM}
_ELEMENT.children = {1: _TYPE}
_ENTRY.children = {2: _TYPE}
_TYPES = {GRAPH: dict.fromkeys((11, 12, 13), _VALUE), ATTRIBUTE: dict.fromkeys((14, 15), _TYPE)}

#: Wire type of each field of ModelProto: tells an ONNX file from bytes that merely resemble one.
MODEL_FIELDS = {1: 0, 2: 2, 3: 2, 4: 2, 5: 0, 6: 2, 7: 2, 8: 2, 14: 2, 20: 2, 25: 2, 26: 2}


class WireError(Exception):
    """The bytes are not a well-formed message. ``plausible``: up to ``offset`` they looked like ONNX."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.offset = offset
        self.plausible = False


class TooDeep(WireError):
    """Messages lie deeper in one another than protobuf parsers follow."""

    def __init__(self, offset: int) -> None:
        super().__init__("messages are nested more than %d levels deep" % MAX_DEPTH, offset)


class Truncated(WireError):
    """A field of the ModelProto runs past the end of the file; ``missing`` is by how many bytes."""

    def __init__(self, offset: int, missing: int) -> None:
        super().__init__("a field runs %d bytes past the end" % missing, offset)
        self.missing = missing


class Skeleton:
    """The result: ``data`` parses as a ModelProto; ``left_out`` says where whole tensors lie in the file."""

    def __init__(self, data: bytes, left_out: Dict[Place, Tuple[int, int]]) -> None:
        self.data = data
        self.left_out = left_out


def varint(data: Any, pos: int, end: int) -> Tuple[int, int]:
    """The number at ``pos`` and the position behind it. Raises IndexError at ``end``."""
    value = shift = 0
    while True:
        if pos >= end:
            raise IndexError(pos)
        byte = data[pos]
        pos += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, pos
        shift += 7
        if shift > 63:
            raise WireError("a number is longer than ten bytes", pos)


def encode_varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


class _Walk:
    """One pass over a buffer. Chunks of a message are (start, end) in the buffer and new prefixes."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.left_out: Dict[Place, Tuple[int, int]] = {}
        self.fields: List[Tuple[int, int]] = []  # (field, wire type) seen at top level
        self._touched = 0

    def message(self, kind: Message, start: int, end: int, place: Place) -> Tuple[List[Chunk], int]:
        """Chunks of the message at ``start`` to ``end`` without payloads, and their total length."""
        if len(place) >= MAX_DEPTH:
            raise TooDeep(start)
        children, payload = kind.children, kind.payload
        counts: Dict[int, int] = {}
        chunks: List[Chunk] = []
        size = 0
        pos = run = start  # bytes from `run` on are copied as they are
        while pos < end:
            at = pos
            field, wire_type, body, pos = self._field(at, end, not place)
            child = children.get(field)
            keep = field not in payload
            if child is not None and wire_type == _BYTES:
                index = counts[field] = counts.get(field, -1) + 1
                if pos - body <= KEEP_BYTES:
                    continue
                step = place + ((field, index),)
                if child is TENSOR:
                    self.left_out[step] = (body, pos - body)
                inner, length = self.message(child, body, pos, step)
                prefix = encode_varint(field << 3 | _BYTES) + encode_varint(length)
                chunks += [(run, at), prefix, *inner]
                size += at - run + len(prefix) + length
                run = pos
            elif not keep:
                chunks.append((run, at))
                size += at - run
                run = pos
                self.forget()
        chunks.append((run, end))
        return chunks, size + end - run

    def forget(self) -> None:
        """Called for each payload: pages of a mapped file touched beside it count as our memory until then."""
        self._touched += 1
        if self._touched % _FORGET == 0 and hasattr(self.data, "madvise") and hasattr(mmap, "MADV_DONTNEED"):
            self.data.madvise(mmap.MADV_DONTNEED)

    def _field(self, at: int, end: int, top: bool) -> Tuple[int, int, int, int]:
        """Field number, wire type, start of the body and end of the field at ``at``."""
        data = self.data
        try:
            tag, pos = data[at], at + 1
            if tag >= 0x80:
                tag, pos = varint(data, at, end)
            field, wire_type = tag >> 3, tag & 7
            if top:
                self.fields.append((field, wire_type))
            body = pos
            if wire_type == _BYTES:
                length, body = varint(data, pos, end)
                pos = body + length
            elif wire_type == _VARINT:
                _, pos = varint(data, pos, end)
            elif wire_type == _FIXED32:
                pos += 4
            elif wire_type == _FIXED64:
                pos += 8
            else:
                raise WireError("wire type %d is not used by ONNX" % wire_type, at)
        except IndexError:
            pos = end + 1
        if pos > end or field == 0:
            raise Truncated(at, pos - end) if top else WireError("a field runs past the end of its message", at)
        return field, wire_type, body, pos


def is_too_deep(data: bytes) -> bool:
    """Whether a serialized ModelProto has more messages in one another than protobuf parsers follow."""
    walk, left = _Walk(data), [(MODEL, 0, len(data), 0)]
    try:
        while left:
            kind, at, end, depth = left.pop()
            if depth > MAX_DEPTH:
                return True
            children = {**kind.children, **_TYPES.get(kind, {})}
            while at < end:
                field, wire_type, body, at = walk._field(at, end, depth == 0)
                if wire_type == _BYTES and field in children:
                    left.append((children[field], body, at, depth + 1))
    except WireError:
        pass
    return False


def skeleton(data: Any) -> Skeleton:
    """Walk a serialized ModelProto in a buffer (bytes, mmap) and leave the weights out.

    Raises WireError, with ``plausible`` set when every field read so far is one of ModelProto's.
    """
    walk = _Walk(data)
    try:
        chunks, _ = walk.message(MODEL, 0, len(data), ())
    except WireError as error:
        seen = walk.fields
        error.plausible = bool(seen) and all(MODEL_FIELDS.get(field) == kind for field, kind in seen)
        raise
    # Not slices of a memoryview: they would keep an mmap from being closed while an error travels.
    parts = []
    for chunk in chunks:
        if not isinstance(chunk, bytes):
            chunk = data[chunk[0] : chunk[1]]
            walk.forget()
        parts.append(chunk)
    return Skeleton(b"".join(parts), walk.left_out)
