"""Small arrays of shape arithmetic: Python's own numbers, some of which may be open.

With a dynamic batch ``Shape(x)`` of an image still ends in 3, 64, 64, and TensorRT carries constants through element by
element. So does this: an element that is not known is None, or the symbol of an open size. numpy has no such arrays,
and costs as much time to import as a small model to check (docs/speed.md).
"""

from __future__ import annotations

import math
import struct
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple, Union

from jetdoctor import tensors
from jetdoctor.graph import DTYPE_NAMES, tensor_has_data

#: A number, True or False, the symbol of an open size, or nothing known.
Element = Union[int, float, str, None]

#: Elements of an array that is still shape arithmetic: pads of a high rank, window indices of a small image.
LARGEST = 1 << 12

BOOL, DOUBLE, FLOAT, FLOAT16, INT64 = 9, 11, 1, 10, 7

#: Data types of integers -> least and greatest.
_INTEGERS: Dict[int, Tuple[int, int]] = {
    number: (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if name.startswith("I") else (0, (1 << bits) - 1)
    for number, name in DTYPE_NAMES.items()
    for bits in (8, 16, 32, 64)
    if name in ("INT%d" % bits, "UINT%d" % bits)
}

#: Data types of floats -> their code of ``struct``.
_FLOATS = {FLOAT: "f", FLOAT16: "e", DOUBLE: "d"}


class Small(NamedTuple):
    """An array: its ONNX data type, its shape, and its elements in order."""

    dtype: int
    shape: Tuple[int, ...]
    flat: Sequence[Element]

    @property
    def is_known(self) -> bool:
        """Whether every element is."""
        return not any(one is None or isinstance(one, str) for one in self.flat)

    def moved(self, shape: Iterable[int], places: Iterable[int]) -> "Small":
        """The elements at ``places`` in another shape."""
        return Small(self.dtype, tuple(shape), [self.flat[place] for place in places])

    def over(self, shape: Sequence[int]) -> Sequence[Element]:
        """The elements, broadcast to ``shape``, which is known to fit."""
        if self.shape == tuple(shape):
            return self.flat
        if len(self.flat) == 1:
            return list(self.flat) * math.prod(shape)
        own = (1,) * (len(shape) - len(self.shape)) + self.shape
        steps = [0 if size == 1 else stride for size, stride in zip(own, strides(own))]
        return [self.flat[place] for place in positions([[i * s for i in range(n)] for n, s in zip(shape, steps)])]


def is_integer(dtype: int) -> bool:
    """Whether a data type is one of integers."""
    return dtype in _INTEGERS


def fits(shape: Iterable[int]) -> bool:
    """Whether an array of that shape is small along every axis, also one of no elements."""
    return math.prod(max(1, size) for size in shape) <= LARGEST


def of_tensor(tensor: Any) -> Optional[Small]:
    """The array of a TensorProto; None for one of other data, of many elements, or malformed."""
    if not (tensor.data_type in _INTEGERS or tensor.data_type in _FLOATS or tensor.data_type == BOOL):
        return None
    if any(size < 0 for size in tensor.dims) or not fits(tensor.dims) or not tensor_has_data(tensor):
        return None
    found = tensors.numbers(tensor)
    if found is None:
        array = tensors.array_or_none(tensor)
        found = None if array is None else tuple(array.reshape(-1).tolist())
    return None if found is None else Small(tensor.data_type, tuple(tensor.dims), found)


def fitting(dtype: int, number: Element) -> Element:
    """The number as its data type holds it; None for one that the type has not: nothing relies on how it wraps."""
    if number is None or isinstance(number, str):
        return None
    if dtype == BOOL:
        return bool(number)
    if dtype in _FLOATS:
        try:
            code = _FLOATS[dtype]
            found: float = struct.unpack(code, struct.pack(code, number))[0]
        except OverflowError:
            return None
        return found if math.isfinite(found) else None
    least, greatest = _INTEGERS[dtype]
    whole = int(number)
    return whole if least <= whole <= greatest else None


def broadcast(shapes: Sequence[Sequence[int]]) -> Optional[Tuple[int, ...]]:
    """The common shape; None when it has too many elements. Raises ValueError when there is none."""
    rank = max(map(len, shapes))
    found: List[int] = []
    for sizes in zip(*[(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]):
        wide = {size for size in sizes if size != 1}
        if len(wide) > 1:
            raise ValueError("shapes that do not fit each other")
        found.append(wide.pop() if wide else 1)
    return tuple(found) if fits(found) else None


def strides(shape: Sequence[int]) -> List[int]:
    """Elements from one place to the next along each axis."""
    found = [1] * len(shape)
    for axis in range(len(shape) - 1, 0, -1):
        found[axis - 1] = found[axis] * shape[axis]
    return found


def positions(offsets: Sequence[Sequence[int]]) -> List[int]:
    """Places in order of an array whose every axis has these offsets: sums of one of each."""
    found = [0]
    for axis in offsets:
        found = [place + offset for place in found for offset in axis]
    return found


def offsets(shape: Sequence[int]) -> List[Sequence[int]]:
    """Offsets of an array's own axes, to be changed."""
    return [range(0, size * stride, stride) if size else () for size, stride in zip(shape, strides(shape))]


def numbers(given: Optional[Small]) -> Sequence[Any]:
    """The elements of an array, all of them known. Raises TypeError when some are not."""
    if given is None or not given.is_known:
        raise TypeError("an element that is not known")
    return given.flat


def whole(given: Optional[Small]) -> List[int]:
    """The same as integers."""
    return [int(one) for one in numbers(given)]
