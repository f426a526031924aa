"""Range of whole numbers in a floating-point type: counted in INT64, then cast.

``torch.arange(width, dtype=float)`` of an open width casts the width first; INT64 holds the same numbers, and what a
parser wants as a shape stays one: no floats on the way to it.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("range_in_int", "Count in integers, then cast")

_LARGEST = 1 << 24  # whole numbers that FLOAT holds


def rewrite(node, edit):
    dtype = edit.dtype(node.input(0))
    if dtype not in ("FLOAT", "DOUBLE"):
        raise CannotRewrite("Range counts in %s already" % dtype)
    edit.replace(node, [edit.cast(edit.add("Range", [_whole(node.input(i), edit) for i in range(3)]), dtype)])


def _whole(value, edit):
    """The same number as an INT64 scalar."""
    array = edit.array(value)
    if array is not None and array.size == 1:
        number = float(array.reshape(-1)[0])
        if number != int(number) or abs(number) > _LARGEST:
            raise CannotRewrite("%s is not an integer" % value.name)
        return edit.scalar(int(number), "INT64")
    maker = value.producer
    if maker is None or maker.op_type != "Cast" or maker.input(0).dtype not in ("INT32", "INT64"):
        raise CannotRewrite("%s may not be an integer" % value.name)
    source = maker.input(0)
    return source.name if source.dtype == "INT64" else edit.cast(source.name, "INT64")
