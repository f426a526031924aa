"""TopK of the smallest by way of the largest: negate, take, negate back; the indices stay.

TensorRT before 8.5 ignores ``largest=0``. Exact for floats; for integers the least value has no negative.
"""

from __future__ import annotations

from jetdoctor.recipes.arithmetic import smallest_of_the_negated
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("topk_negate", "Take the largest of the negated values")


def rewrite(node, edit):
    if node.attr("largest", 1):
        raise CannotRewrite("it already returns the largest")
    edit.replace(node, smallest_of_the_negated(node, edit))
