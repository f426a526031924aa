"""Bits by integer arithmetic: BitwiseAnd, BitwiseOr, BitwiseXor and BitwiseNot (18), BitShift (11).

Div truncates, so a number that is not negative gives its digits by division through powers of two; a negative
one is ``-1 - y``, whose digits are those of ``y`` turned over. And follows from the digits, the others from
And: ``x | z = (x - (x & z)) + z`` and ``x ^ z = (x - (x & z)) + (z - (x & z))``, where nothing overflows.
Narrow and unsigned types are computed in the signed type that holds their bits (onnx Bitwise*-18, BitShift-11).
"""

from __future__ import annotations

from typing import Any, List, Tuple

from jetdoctor.graph import Node, Value
from jetdoctor.recipes.build import Build
from jetdoctor.rule import CannotRewrite

#: element type -> bits that it has
_WIDTHS = {"INT8": 8, "UINT8": 8, "INT16": 16, "UINT16": 16, "INT32": 32, "UINT32": 32, "INT64": 64, "UINT64": 64}

#: runs of ones in a constant up to which each run is cut out by itself
_FEW_RUNS = 2

#: digits of a third of an INT64
_PART = 21


def bits(node: Node, build: Build) -> str:
    """The operator's result. Shifts must be constant."""
    found = _Bits(build, build.dtype(node.input(0)))
    if node.op_type == "BitShift":
        result = found.shift(node)
    elif node.op_type == "BitwiseNot":
        result = found.invert(found.read(node.input(0)))
    else:
        result = found.combine(node)
    return result if found.work == found.dtype else build.cast(result, found.dtype)


class _Bits:
    """Arithmetic at one node: ``dtype`` is the node's type, ``work`` the one that is computed in."""

    def __init__(self, build: Build, dtype: str) -> None:
        if dtype not in _WIDTHS:
            raise CannotRewrite("%s has no bitwise representation" % dtype)
        self.build, self.dtype, self.width = build, dtype, _WIDTHS[dtype]
        self.work = "INT64" if self.width == 64 else "INT32"
        #: whether values may be negative in ``work``, where the highest bit is the sign
        self.signed = not dtype.startswith("U") or self.width >= 32
        self.digits = self.width - 1 if self.signed else self.width
        old = build.target is not None and build.target.tensorrt_version < (10, 0)
        self.clamped = old and self.work == "INT64"

    def number(self, values: Any) -> str:
        """A constant of Python integers, cut to the bits of ``work``."""
        import numpy as np

        array = np.asarray(values, dtype=object)
        span = 1 << (64 if self.work == "INT64" else 32)
        array = np.asarray((array + span // 2) % span - span // 2, dtype=object)
        if self.clamped and any(not -(1 << 31) <= n < 1 << 31 for n in array.reshape(-1)):
            raise CannotRewrite("it needs INT64 constants outside the INT32 range, which TensorRT clamps before 10.0")
        return self.build.tensor(array, self.work)

    def op(self, op_type: str, *inputs: Any) -> str:
        """An operator of ``inputs``: names, or numbers and arrays that become constants."""
        return str(self.build.add(op_type, [i if isinstance(i, str) else self.number(i) for i in inputs]))

    def read(self, value: Value) -> str:
        """Name of the value in ``work``, with the same bits."""
        array, source = self.build.array(value), value.producer
        if self.dtype == self.work:
            return value.name
        if array is not None:
            return self.number(array.astype(object))
        if self.width >= 32 and source is not None and source.op_type == "Cast" and source.input(0).dtype == self.work:
            return source.inputs[0]
        return self.build.cast(value.name, self.work)

    def invert(self, x: str) -> str:
        return self.op("Sub", -1 if self.signed else (1 << self.width) - 1, x)

    def combine(self, node: Node) -> str:
        """And, Or or Xor, a constant operand last."""
        first, last = (0, 1) if self.build.array(node.input(0)) is None else (1, 0)
        x, z, array = self.read(node.input(first)), self.read(node.input(last)), self.build.array(node.input(last))
        same = array is not None and array.size and (array == array.reshape(-1)[0]).all()
        both = self.masked(x, self.cut(int(array.reshape(-1)[0])), array.shape) if same else self.both(x, z)
        if node.op_type == "BitwiseAnd":
            return both
        rest = z if node.op_type == "BitwiseOr" else self.op("Sub", z, both)
        return self.op("Add", self.op("Sub", x, both), rest)

    def cut(self, number: int) -> int:
        """The number with the same bits in ``work``: -1 for the highest UINT32."""
        half = 1 << (self.width - 1)
        return (number + half) % (2 * half) - half if self.signed else number

    def masked(self, x: str, mask: int, shape: Any) -> str:
        """``x & mask``; the mask had this shape, which the result is stretched to."""
        import numpy as np

        def full(number: int) -> Any:
            return np.full(shape, number, dtype=object)

        if mask < 0:
            return self.op("Sub", x, self.masked(x, -1 - mask, shape))
        runs = _runs(mask)
        if not runs:
            return self.op("Mul", x, full(0))
        y, negative = self.folded(x)
        if len(runs) > _FEW_RUNS:
            kept = self.summed(self.digits_of(y, [1 << k for k in range(self.digits) if mask >> k & 1]), mask)
            kept = self.op("Add", kept, full(0)) if shape else kept
        else:
            kept = ""
            for low, high in runs:
                part = self.op("Div", y, full(1 << low)) if low or shape else y
                if high < self.digits:
                    size = full(1 << (high - low))
                    part = self.op("Sub", part, self.op("Mul", self.op("Div", part, size), size))
                part = self.op("Mul", part, full(1 << low)) if low else part
                kept = part if not kept else self.op("Add", kept, part)
        return self.build.add("Where", [negative, self.op("Sub", mask, kept), kept]) if self.signed else kept

    def folded(self, x: str) -> Tuple[str, str]:
        """(x, or -1 - x where it is negative; whether it is)."""
        if not self.signed:
            return x, ""
        negative = self.op("Less", x, 0)
        return self.build.add("Where", [negative, self.invert(x), x]), negative

    def digits_of(self, y: str, powers: List[int]) -> str:
        """Digits of ``y``, which is not negative, along a new last axis, one for each power of two."""
        shifted = self.op("Div", self.build.unsqueeze(y, [-1]), powers)
        return self.op("Sub", shifted, self.op("Mul", self.op("Div", shifted, 2), 2))

    def summed(self, digits: str, mask: int) -> str:
        """The number that digits along the last axis stand for, where ``mask`` has ones."""
        places = [k for k in range(self.digits) if mask >> k & 1]
        low = self.weighted(digits, [1 << k if k < 31 else 0 for k in places])
        if places[-1] < 31:
            return low
        # Apart: ONNX Runtime loses digits of an INT64 sum beyond 53 bits.
        high = self.weighted(digits, [1 << (k - 31) if k >= 31 else 0 for k in places])
        return self.op("Add", low, self.op("Mul", high, 1 << 31))

    def weighted(self, digits: str, weights: List[int]) -> str:
        return self.build.reduce("ReduceSum", self.op("Mul", digits, weights), [-1], keepdims=0)

    def both(self, x: str, z: str) -> str:
        """``x & z`` of any two: digit by digit below the sign, then the sign."""
        if self.clamped:
            return self.both_in_parts(x, z)
        every, lowest = (1 << self.digits) - 1, -1 << self.digits
        powers, digits, signs = [1 << k for k in range(self.digits)], [], []
        for name in (x, z):
            if self.signed:
                signs.append(self.op("Less", name, 0))
                name = self.op("Sub", name, self.op("Where", signs[-1], lowest, 0))
            digits.append(self.digits_of(name, powers))
        low = self.summed(self.op("Mul", *digits), every)
        if not self.signed:
            return low
        return self.op("Add", low, self.op("Where", self.build.add("And", signs), lowest, 0))

    def both_in_parts(self, x: str, z: str) -> str:
        """``both`` for INT64 without a constant beyond INT32: three parts of 21 digits, signs apart."""
        (y, less), (w, lower) = self.folded(x), self.folded(z)
        common, powers = "", [1 << k for k in range(_PART)]
        for first, second in zip(self.parts(y), self.parts(w)):
            digits = self.op("Mul", self.digits_of(first, powers), self.digits_of(second, powers))
            part = self.weighted(digits, powers)
            common = part if not common else self.op("Add", self.op("Mul", common, 1 << _PART), part)
        only_y, only_w = self.op("Sub", y, common), self.op("Sub", w, common)
        none = self.invert(self.op("Add", only_y, w))
        left, right = self.op("Where", lower, none, only_w), self.op("Where", lower, only_y, common)
        return self.op("Where", less, left, right)

    def parts(self, y: str) -> List[str]:
        """Parts of 21 digits of a number that is not negative, the highest first."""
        found, size = [], 1 << _PART
        for _ in range(2):
            rest = self.op("Div", y, size)
            found.append(self.op("Sub", y, self.op("Mul", rest, size)))
            y = rest
        return [y, *reversed(found)]

    def shift(self, node: Node) -> str:
        """A shift of unsigned numbers by a constant; towards the left, the high bits are lost as in Mul."""
        import numpy as np

        by = self.build.array(node.input(1))
        if by is None:
            raise CannotRewrite("the shift is not constant")
        by = by.astype(object)
        if (by >= self.width).any():
            raise CannotRewrite("ONNX does not define shifts by %d bits or more" % self.width)
        x, powers = self.read(node.input(0)), np.asarray(2**by, dtype=object)
        if node.attr("direction") == "LEFT":
            product, size = self.op("Mul", x, powers), 1 << self.width
            if self.signed:
                return product
            return self.op("Sub", product, self.op("Mul", self.op("Div", product, size), size))
        y, negative = self.folded(x)
        moved = self.op("Div", y, powers)
        if not self.signed:
            return moved
        ones = np.asarray((1 << self.width) // powers - 1, dtype=object)
        return self.build.add("Where", [negative, self.op("Sub", ones, moved), moved])


def _runs(mask: int) -> List[Tuple[int, int]]:
    """Runs of ones in a number that is not negative: (lowest bit, bit above the highest)."""
    runs, bit = [], 0
    while mask >> bit:
        low = bit
        while mask >> bit & 1:
            bit += 1
        if bit > low:
            runs.append((low, bit))
        bit += 1
    return runs
