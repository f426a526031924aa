"""IsInf as comparisons with infinity (onnx IsInf-10)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("isinf_decompose", "Compare with infinity")


def rewrite(node, edit):
    if edit.opset < 11:
        raise CannotRewrite("Equal compares no floats before opset 11")
    x, dtype = node.inputs[0], edit.dtype(node.input(0))
    up, down = node.attr("detect_positive", 1), node.attr("detect_negative", 1)
    if up and down:
        result = edit.add("Equal", [edit.add("Abs", [x]), edit.scalar(float("inf"), dtype)])
    elif up or down:
        result = edit.add("Equal", [x, edit.scalar(float("inf") if up else float("-inf"), dtype)])
    else:  # neither: x < x is False everywhere, for NaN too
        result = edit.add("Less", [x, x])
    edit.replace(node, [result])
