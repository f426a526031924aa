"""GreaterOrEqual and LessOrEqual as the negation of Less and Greater, NaN aside (onnx GreaterOrEqual-12).

A comparison with NaN is false, its negation true; so equality is asked for apart for floats.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("comparison_decompose", "Compare with Greater or Less, and Equal")

_STRICT = {"GreaterOrEqual": "Greater", "LessOrEqual": "Less"}


def rewrite(node, edit):
    if node.op_type not in _STRICT or edit.opset < 11:
        raise CannotRewrite("%s is not a comparison that includes equality" % node.op_type)
    pair = list(node.inputs)
    edit.replace(node, [edit.add("Or", [edit.add(_STRICT[node.op_type], pair), edit.add("Equal", pair)])])
