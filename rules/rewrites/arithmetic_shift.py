"""A shift of signed integers to the right, as PyTorch's dynamo exporter spells it, becomes a division.

``Where(x < 0, Cast(BitShift(u) | high ones), Cast(BitShift(u)))`` with ``u`` the unsigned ``x`` is ``x`` divided by a
power of two and rounded down: ``-1 - (-1 - x) / 2**k`` where it is negative.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

#: signed type -> bits that it has
_BITS = {"INT32": 32, "INT64": 64}


def site(node):
    """The Where that ends the form, None when the BitShift is not part of one."""
    readers = [] if node.op_type != "BitShift" or node.attr("direction") != "RIGHT" else node.output().consumers
    for cast in (reader for reader in readers if reader.op_type == "Cast"):
        for end in cast.output().consumers:
            if end.op_type == "Where" and end.graph is node.graph and _parts(end) is not None:
                return end
    return None


def _parts(where):
    """(x, shift, whether it is negative, mask), as values; None for another form."""
    less, ored, plain = (where.input(index).producer for index in range(3))
    if less is None or less.op_type != "Less" or not _is(ored, "Cast") or not _is(plain, "Cast"):
        return None
    both, shift = ored.input(0).producer, plain.input(0).producer
    if not _is(both, "BitwiseOr") or not _is(shift, "BitShift") or both.inputs[0] != plain.inputs[0]:
        return None
    entry = shift.input(0).producer
    if not _is(entry, "Cast") or entry.inputs[0] != less.inputs[0] or less.input(0).dtype != where.output().dtype:
        return None
    return less.input(0), shift.input(1), less, both.input(1)


def _is(node, op_type):
    return node is not None and node.op_type == op_type


REWRITE = Rewrite("arithmetic_shift", "Divide by the power of two", fits=lambda node: site(node) is not None)


def rewrite(node, edit):
    parts = _parts(node) if node.op_type == "Where" else None
    if parts is None or parts[0].dtype not in _BITS:
        raise CannotRewrite("not a shift of signed integers to the right")
    x, by, less, mask = parts
    bits, shift, zero, ones = _BITS[x.dtype], *(edit.array(value) for value in (by, less.input(1), mask))
    if any(array is None or array.ndim for array in (shift, zero, ones)):
        raise CannotRewrite("the shift is not constant")
    k = int(shift)
    high = (1 << bits) - (1 << (bits - k)) if k < bits - 1 else None
    if high != int(ones) or int(zero):
        raise CannotRewrite("the high bits are not those of a sign")
    minus_one, power = edit.scalar(-1, x.dtype), edit.scalar(1 << k, x.dtype)
    positive = edit.add("Where", [less.outputs[0], edit.add("Sub", [minus_one, x.name]), x.name])
    moved = edit.add("Div", [positive, power])
    edit.replace(node, [edit.add("Where", [less.outputs[0], edit.add("Sub", [minus_one, moved]), moved])])
