"""The numbers of a TensorProto: as Python's own, without numpy where a few are asked for, or as an array.

numpy costs as much time to import as a small model to check, and most constants that decide shapes are a few integers.
"""

from __future__ import annotations

import struct
from typing import Any, Optional, Sequence, Tuple

from jetdoctor import onnx_parts

#: data type -> code of ``struct`` and numpy (little-endian), and the field that holds the numbers without raw bytes
_PLAIN = {
    1: ("f", "float_data"),
    2: ("B", "int32_data"),
    3: ("b", "int32_data"),
    4: ("H", "int32_data"),
    5: ("h", "int32_data"),
    6: ("i", "int32_data"),
    7: ("q", "int64_data"),
    9: ("?", "int32_data"),
    10: ("e", "int32_data"),
    11: ("d", "double_data"),
    12: ("I", "uint64_data"),
    13: ("Q", "uint64_data"),
}

#: Elements that are read without numpy.
_FEW = 4096

#: Elements of the narrowest type, INT2, that one byte holds.
_MOST_FOR_A_BYTE = 4

#: Codes of the types whose field holds the numbers themselves.
_AS_THEY_ARE = "fqdi"

#: Elements that a shape may span: numpy counts the bytes of the widest type in 63 bits.
_MOST_ROOM = 1 << 58

_STRING = 8


def numbers(tensor: Any) -> Optional[Tuple[Any, ...]]:
    """Elements in order, for a tensor that carries a few of a plain type itself; None says nothing about it."""
    plain = _PLAIN.get(tensor.data_type)
    count = _count(tensor.dims)
    if plain is None or count > _FEW or tensor.data_location == 1 or tensor.HasField("segment"):
        return None
    code, field = plain
    if not tensor.HasField("raw_data"):
        given = tuple(getattr(tensor, field)) if code in _AS_THEY_ARE else ()
        return given if len(given) == count else None
    layout = "<%d%s" % (count, code)
    raw = tensor.raw_data
    return struct.unpack(layout, raw) if struct.calcsize(layout) == len(raw) else None


def array_or_none(tensor: Any) -> Any:
    """The same as ``array``; None for a tensor that is malformed, which JD9xx reports."""
    try:
        return array(tensor)
    except (ValueError, TypeError, KeyError):
        return None


def array(tensor: Any) -> Any:
    """numpy array of a tensor that carries its data itself. Raises ValueError, TypeError or KeyError when malformed."""
    plain = _PLAIN.get(tensor.data_type)
    if tensor.data_location == 1:
        raise ValueError("its data are in another file, which is not opened for a look")
    if _room(tensor.dims) > _MOST_ROOM:
        raise ValueError("a shape that no array has")
    if plain is None or not tensor.HasField("raw_data") or tensor.HasField("segment"):
        if _room(tensor.dims) > _MOST_FOR_A_BYTE * tensor.ByteSize():  # onnx would make room for them all
            raise ValueError("a tensor of more elements than it has data for")
        from onnx import numpy_helper

        return numpy_helper.to_array(tensor)
    import numpy as np

    return np.frombuffer(tensor.raw_data, dtype="<" + plain[0]).reshape(tensor.dims)


def _room(dims: Any) -> int:
    """The same as ``_count``, of every axis at least one: what a shape of no elements spans along the others."""
    return _count(max(size, 1) if size >= 0 else size for size in dims)


def _count(dims: Any) -> int:
    """Elements of a tensor of these sizes; more than any tensor has where one is below 0."""
    count = 1
    for size in dims:
        count *= size if size >= 0 else 1 << 62
    return count


def of_numbers(number: int, values: Sequence[Any], dims: Sequence[int]) -> Any:
    """TensorProto of numbers or texts, in order; ``number`` is a data type of shapes, or STRING."""
    made = onnx_parts.messages().TensorProto(name="", data_type=number, dims=dims)
    if number == _STRING:
        made.string_data.extend(text.encode("utf-8") for text in values)
        return made
    code, field = _PLAIN[number]
    if code in _AS_THEY_ARE:
        getattr(made, field).extend(values)
    else:
        made.raw_data = struct.pack("<%d%s" % (len(values), code), *values)
    return made
