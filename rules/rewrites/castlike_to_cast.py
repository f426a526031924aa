"""CastLike becomes Cast to the type that inference found for its second input (onnx CastLike-15)."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("castlike_to_cast", "Replace CastLike by Cast")


def rewrite(node, edit):
    edit.replace(node, [edit.cast(node.inputs[0], edit.dtype(node.input(1)))])
