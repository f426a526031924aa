"""CastLike becomes Cast to the type that inference found for its second input (onnx CastLike-15)."""

from __future__ import annotations

from jetdoctor.recipes.arithmetic import cast_like
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("castlike_to_cast", "Replace CastLike with Cast")


def rewrite(node, edit):
    edit.replace(node, cast_like(node, edit))
