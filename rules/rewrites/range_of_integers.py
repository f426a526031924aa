"""Range of floats that is open, as a Range of integers (onnx Range-11): before 8.4 only integers may be.

The number of elements is exact for steps that are powers of two, and so is every element as a product.
"""

from __future__ import annotations

import math

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("range_of_integers", "Count in integers")


def rewrite(node, edit):
    dtype = edit.dtype(node.input(0))
    start, limit, step = node.inputs
    known = edit.array(node.input(2))
    if dtype not in ("FLOAT", "DOUBLE", "FLOAT16") or known is None:
        raise CannotRewrite("the step is not a constant float")
    size = float(known.reshape(-1)[0])
    if not size or math.frexp(abs(size))[0] != 0.5:
        raise CannotRewrite("a step of %g is no power of two" % size)
    first = edit.array(node.input(0))
    begins_at_zero = first is not None and not first.reshape(-1)[0]
    length = limit if begins_at_zero else edit.add("Sub", [limit, start])
    if size != 1:
        length = edit.add("Div", [length, step])
    count = edit.cast(edit.add("Ceil", [length]), "INT64")
    numbers = edit.add("Range", [edit.scalar(0, "INT64"), count, edit.scalar(1, "INT64")])
    result = edit.cast(numbers, dtype)
    if size != 1:
        result = edit.add("Mul", [result, step])
    if not begins_at_zero:
        result = edit.add("Add", [result, start])
    edit.replace(node, [result])
