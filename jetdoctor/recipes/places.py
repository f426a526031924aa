"""Places in tensors whose sizes may be open: sizes, running numbers, and numbers of elements in a flat table."""

from __future__ import annotations

from typing import Sequence, Tuple

from jetdoctor.graph import Value
from jetdoctor.recipes.forms import Forms

#: an index (INT64, broadcast against the others) into a value along an axis
Coordinate = Tuple[str, Value, int]


class Places(Forms):
    """Shorthands of ``Build``. All return the name of an INT64 tensor."""

    def size(self, value: Value, axis: int) -> str:
        """The size along an axis, a scalar: a constant, or read from the Shape at run time."""
        rank, shape = self.rank(value), value.shape or ()
        known = shape[axis % rank]
        if isinstance(known, int):
            return self.scalar(known, "INT64")
        return self.add("Gather", [self.add("Shape", [value.name]), self.scalar(axis % rank, "INT64")], axis=0)

    def numbers(self, value: Value, axis: int) -> str:
        """0, 1, .. up to the size along an axis, a vector."""
        known = (value.shape or ())[axis % self.rank(value)]
        if isinstance(known, int):
            return self.ints(range(known))
        return self.count_to(self.size(value, axis))

    def along(self, value: Value, axis: int, rank: int) -> str:
        """``numbers`` along ``axis`` of a tensor of that rank, of size 1 along the others."""
        others = [other for other in range(rank) if other != axis % rank]
        return self.unsqueeze(self.numbers(value, axis), others) if others else self.numbers(value, axis)

    def counted_from_start(self, index: str, value: Value, axis: int) -> str:
        """An index along an axis that may count from the end (negative), counted from the start."""
        negative = self.add("Less", [index, self.scalar(0, "INT64")])
        wrapped = self.add("Add", [index, self.size(value, axis)])
        return self.add("Where", [negative, wrapped, index])

    def element_number(self, coordinates: Sequence[Coordinate]) -> str:
        """Number of the element at the coordinates, the first axis first."""
        total = coordinates[0][0]
        for index, value, axis in coordinates[1:]:
            total = self.add("Add", [self.add("Mul", [total, self.size(value, axis)]), index])
        return total

    def element_at(self, vector: str, index: int) -> str:
        """One element of a vector as a scalar."""
        return str(self.add("Gather", [vector, self.scalar(index, "INT64")], axis=0))

    def count_to(self, count: str) -> str:
        """0, 1, 2 .. up to ``count`` - 1, a vector. Range came with opset 11."""
        return str(self.add("Range", [self.scalar(0, "INT64"), count, self.scalar(1, "INT64")]))

    def larger(self, left: str, right: str) -> str:
        """Element by element; Max takes integers since opset 12 only."""
        return str(self.add("Where", [self.add("Less", [left, right]), right, left]))

    def smaller(self, left: str, right: str) -> str:
        """Element by element, of integers too."""
        return str(self.add("Where", [self.add("Less", [left, right]), left, right]))

    def within(self, index: str, count: str) -> str:
        """``index`` limited to 0 .. ``count`` - 1."""
        last = self.add("Sub", [count, self.scalar(1, "INT64")])
        return self.smaller(self.larger(index, self.scalar(0, "INT64")), last)
