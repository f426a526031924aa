"""GreaterOrEqual and LessOrEqual as the negation of Less and Greater, NaN aside (onnx GreaterOrEqual-12).

A comparison with NaN is false, its negation true; so equality is asked for apart for floats.
"""

from __future__ import annotations

from jetdoctor.recipes.arithmetic import strict_or_equal
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("comparison_decompose", "Compare with Greater or Less, and Equal")


def rewrite(node, edit):
    if node.op_type not in ("GreaterOrEqual", "LessOrEqual"):
        raise CannotRewrite("%s is not a comparison that includes equality" % node.op_type)
    edit.replace(node, strict_or_equal(node, edit))
