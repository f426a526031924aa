"""Einsum as Transpose, MatMul and ReduceSum, two operands at a time (onnx Einsum-12).

Labels in both operands are batch or contracted, the others are rows or columns; several labels of one kind are merged
with Reshape, which works out a single open size by itself; several are read at run time.
"""

from __future__ import annotations

import math
import string
from typing import Any, Dict, List, Sequence, Tuple, Union

from jetdoctor.graph import Node, Value
from jetdoctor.recipes.build import Build
from jetdoctor.rule import CannotRewrite

#: a tensor and the label of each of its axes
Operand = Tuple[str, str]
#: size of a label: known, or the value and axis that it can be read from
Size = Union[int, Tuple[Value, int]]


def einsum(node: Node, build: Build) -> str:
    """The operands contracted from left to right."""
    return _Einsum(node, build).result()


class _Einsum:
    def __init__(self, node: Node, build: Build) -> None:
        self.node, self.build = node, build
        self.terms, self.wanted = _terms(node, build)
        self.sizes = self._sizes()

    def result(self) -> str:
        operands = [self.diagonal(name, term) for name, term in zip(self.node.inputs, self.terms)]
        found = operands[0]
        for index, other in enumerate(operands[1:], 1):
            later = self.wanted + "".join(labels for _, labels in operands[index + 1 :])
            found = self.product(found, other, later)
        return self.arranged(self.summed(found, self.wanted), self.wanted)

    def _sizes(self) -> Dict[str, Size]:
        sizes: Dict[str, Size] = {}
        for index, term in enumerate(self.terms):
            value = self.node.input(index)
            if self.build.rank(value) != len(term):
                raise CannotRewrite("the equation does not fit the rank of %s" % value.name)
            for axis, (label, size) in enumerate(zip(term, value.shape or ())):
                known = sizes.setdefault(label, size if isinstance(size, int) else (value, axis))
                if isinstance(size, int) and isinstance(known, int) and known != size:
                    raise CannotRewrite("sizes of %s differ" % label)
                sizes[label] = size if isinstance(size, int) else known
        return sizes

    def diagonal(self, name: str, labels: str) -> Operand:
        """Of a label that stands twice only the diagonal counts: the rest is set to zero and summed away."""
        build = self.build
        for label in sorted(set(labels)):
            while labels.count(label) > 1:
                first, second = labels.index(label), labels.rindex(label)
                shape = [-1 if axis in (first, second) else 1 for axis in range(len(labels))]
                zero = build.scalar(0, build.dtype(self.node.input(0)))
                name = build.add("Where", [self.on_it(label, first, second, shape), name, zero])
                name = build.reduce("ReduceSum", name, [second], keepdims=0)
                labels = labels[:second] + labels[second + 1 :]
        return name, labels

    def on_it(self, label: str, first: int, second: int, shape: List[int]) -> str:
        """BOOL, true on the diagonal of two axes and of size 1 along the others."""
        import numpy as np

        size = self.sizes[label]
        if isinstance(size, int):
            return self.build.constant(np.eye(size, dtype=bool).reshape([size if n < 0 else n for n in shape]))
        numbers, lines = self.build.numbers(*size), []
        for axis in (first, second):
            lines.append(self.build.reshape(numbers, [-1 if other == axis else 1 for other in range(len(shape))]))
        return str(self.build.add("Equal", lines))

    def summed(self, operand: Operand, needed: str) -> Operand:
        """Sum over the labels that nothing wants any more."""
        name, labels = operand
        gone = [axis for axis, label in enumerate(labels) if label not in needed]
        if not gone:
            return operand
        kept = "".join(label for label in labels if label in needed)
        return self.build.reduce("ReduceSum", name, gone, keepdims=0), kept

    def arranged(self, operand: Operand, wanted: str) -> str:
        name, labels = operand
        return self.build.transpose(name, [labels.index(label) for label in wanted])

    def product(self, left: Operand, right: Operand, later: str) -> Operand:
        """MatMul over the shared labels that nothing wants later; the shared ones that stay are the batch."""
        left, right = self.summed(left, right[1] + later), self.summed(right, left[1] + later)
        shared = [label for label in left[1] if label in right[1]]
        batch = "".join(label for label in shared if label in later)
        inner = "".join(label for label in shared if label not in later)
        rows = "".join(label for label in left[1] if label not in shared)
        columns = "".join(label for label in right[1] if label not in shared)
        operands = [self.grouped(left, (batch, rows, inner)), self.grouped(right, (batch, inner, columns))]
        found = str(self.build.add("MatMul", operands))
        if len(rows) != 1 or len(columns) != 1:
            found = self.reshaped(found, [*batch, *rows, *columns], len(batch))
        return found, batch + rows + columns

    def grouped(self, operand: Operand, groups: Tuple[str, str, str]) -> str:
        """Axes in the order of the groups: the batch as it is, then one axis for each of the two others."""
        name = self.arranged(operand, "".join(groups))
        if all(len(group) == 1 for group in groups[1:]):
            return name
        return self.reshaped(name, [*groups[0], *groups[1:]], len(groups[0]))

    def reshaped(self, name: str, groups: Sequence[str], batch: int) -> str:
        """One axis for each group of labels. The first ``batch`` axes are there already: an open one is copied."""
        parts = [[self.sizes[label] for label in group] for group in groups]
        if any(size == 0 for part in parts for size in part):
            raise CannotRewrite("axes of size 0")
        known = [math.prod(n for n in part if isinstance(n, int)) for part in parts]
        opened = [index for index, part in enumerate(parts) if any(not isinstance(n, int) for n in part)]
        rest = [index for index in opened if index >= batch]
        if len(rest) <= 1:
            return self.build.reshape(name, [0 if i in opened and i < batch else -1 if i in rest else n
                                             for i, n in enumerate(known)])
        shape = [self.length(part) for part in parts]
        return str(self.build.add("Reshape", [name, self.build.add("Concat", shape, axis=0)]))

    def length(self, part: List[Size]) -> str:
        """Product of sizes, as a vector of one element."""
        found = self.build.ints([math.prod(size for size in part if isinstance(size, int))])
        for size in part:
            if not isinstance(size, int):
                found = str(self.build.add("Mul", [found, self.build.size(*size)]))
        return found


def _terms(node: Node, build: Build) -> Tuple[List[str], str]:
    """Labels of every operand and of the output."""
    equation = node.attr("equation", "").replace(" ", "")
    left, arrow, wanted = equation.partition("->")
    terms = left.split(",")
    if len(terms) != len(node.inputs):
        raise CannotRewrite("equation %r does not match its inputs" % equation)
    if not arrow:
        wanted = "".join(sorted(label for label in set(left) - set(",.") if left.count(label) == 1))
        wanted = ("..." if "." in left else "") + wanted
    return _spelled_out(node, build, terms, wanted) if "." in equation else (terms, wanted)


def _spelled_out(node: Node, build: Build, terms: List[str], wanted: str) -> Tuple[List[str], str]:
    """Free letters for the axes that an ellipsis stands for.

    Operands whose ellipsis covers fewer axes lack the first ones; those of size 1 that broadcast are refused, and so
    are open ones, which may.
    """
    free = [letter for letter in string.ascii_letters if letter not in "".join(terms)]
    counts = [build.rank(node.input(i)) - len(term) + 3 if "." in term else 0 for i, term in enumerate(terms)]
    letters = "".join(free[: max(counts)])
    seen: Dict[str, Any] = {}
    for index, (term, count) in enumerate(zip(terms, counts)):
        start = len(term.split("...")[0])
        for letter, size in zip(letters[len(letters) - count :], (node.input(index).shape or ())[start:]):
            if seen.setdefault(letter, size) != size or (size is None and sum(map(bool, counts)) > 1):
                raise CannotRewrite("an ellipsis that broadcasts or has unknown sizes")
    full = [term.replace("...", letters[len(letters) - count :]) for term, count in zip(terms, counts)]
    return full, wanted.replace("...", letters)
