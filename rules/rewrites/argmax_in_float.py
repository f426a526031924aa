"""ArgMax and ArgMin of integers, which TensorRT before 8.6 refuses, on FLOAT.

FLOAT cannot tell every two INT32 apart, so that the value is split into digits of a large base, each exact in
FLOAT: among the best first digits the next one decides.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite


def _fits(node):
    return not node.attr("select_last_index", 0)


REWRITE = Rewrite("argmax_in_float", "Find the largest in FLOAT", fits=_fits)

#: base of the digits, and how many are split off: what is left fits the 24 bits of FLOAT
_DIGITS = {"INT32": (1 << 12, 1), "INT64": (1 << 20, 2)}


def rewrite(node, edit):
    dtype = edit.dtype(node.input(0))
    if dtype not in ("INT8", "UINT8", "INT16", "UINT16", "BOOL", *_DIGITS):
        raise CannotRewrite("%s of %s does not fit FLOAT" % (node.op_type, dtype))
    if not _fits(node):
        raise CannotRewrite("ties must go to the last index")
    score = _ranked(node, edit, dtype) if dtype in _DIGITS else edit.cast(node.inputs[0], "FLOAT")
    edit.replace(node, [edit.again(node, [score])])


def _ranked(node, edit, dtype):
    """FLOAT [..] that is largest (or least) exactly where the integer is."""
    axis = node.attr("axis", 0)
    best, beyond = ("ReduceMax", "Less") if node.op_type == "ArgMax" else ("ReduceMin", "Greater")
    worst = edit.scalar(-(1 << 24) if node.op_type == "ArgMax" else 1 << 24, "FLOAT")
    score, *rest = _digits(node.inputs[0], edit, dtype)
    for digit in rest:
        # Equal, which knows FLOAT from opset 11 on.
        top = edit.add("Not", [edit.add(beyond, [score, edit.reduce(best, score, [axis])])])
        score = edit.add("Where", [top, digit, worst])
    return score


def _digits(name, edit, dtype):
    """Digits in FLOAT, the first one first. Div truncates: every digit has the value's sign and order."""
    base, count = _DIGITS[dtype]
    step, digits = edit.scalar(base, dtype), []
    for _ in range(count):
        upper = edit.add("Div", [name, step])
        lower = edit.add("Sub", [name, edit.add("Mul", [upper, step])])
        digits.insert(0, edit.cast(lower, "FLOAT"))
        name = upper
    return [edit.cast(name, "FLOAT")] + digits
