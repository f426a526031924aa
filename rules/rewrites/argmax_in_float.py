"""ArgMax and ArgMin of integers, which TensorRT before 8.6 refuses, on FLOAT.

FLOAT cannot tell every two INT32 apart, so that the value is split into a quotient and a remainder of
4096, each exact in FLOAT: among the best quotients the remainder decides.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("argmax_in_float", "Find the largest in FLOAT")


def rewrite(node, edit):
    dtype = edit.dtype(node.input(0))
    if dtype not in ("INT32", "INT8", "UINT8", "BOOL"):
        raise CannotRewrite("%s of %s does not fit FLOAT" % (node.op_type, dtype))
    if node.attr("select_last_index", 0):
        raise CannotRewrite("the last of equal values is wanted")
    score = edit.cast(node.inputs[0], "FLOAT")
    if dtype == "INT32":
        score = _ranked(node, edit)
    edit.replace(node, [edit.again(node, [score])])


def _ranked(node, edit):
    """FLOAT [..] that is largest (or least) exactly where the INT32 value is.

    Div truncates, so that quotient and remainder have the value's sign and order within one quotient.
    """
    x, axis = node.inputs[0], node.attr("axis", 0)
    best = "ReduceMax" if node.op_type == "ArgMax" else "ReduceMin"
    step = edit.scalar(1 << 12, "INT32")
    upper = edit.add("Div", [x, step])
    lower = edit.cast(edit.add("Sub", [x, edit.add("Mul", [upper, step])]), "FLOAT")
    upper = edit.cast(upper, "FLOAT")
    top = edit.add("Equal", [upper, edit.reduce(best, upper, [axis])])
    worst = edit.scalar(-8192 if node.op_type == "ArgMax" else 8192, "FLOAT")
    return edit.add("Where", [top, lower, worst])
