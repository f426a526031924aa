"""ArgMax that takes the last of equal values: the first of the reversed axis (onnx ArgMax-12)."""

from __future__ import annotations

from jetdoctor.recipes.arithmetic import extreme_from_the_end
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("argmax_flip", "Reverse the axis")


def rewrite(node, edit):
    if not node.attr("select_last_index", 0):
        raise CannotRewrite("ties already go to the first index")
    edit.replace(node, extreme_from_the_end(node, edit))
