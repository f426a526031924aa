"""IsInf as comparisons with infinity (onnx IsInf-10)."""

from __future__ import annotations

from jetdoctor.recipes.arithmetic import is_infinite
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("isinf_decompose", "Compare with infinity")


def rewrite(node, edit):
    edit.replace(node, is_infinite(node, edit))
