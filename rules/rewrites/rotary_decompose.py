"""RotaryEmbedding decomposed by its definition in ONNX (onnx RotaryEmbedding-23)."""

from __future__ import annotations

from jetdoctor.recipes.definition import expand_definition
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("rotary_decompose", "Decompose RotaryEmbedding by its ONNX definition")


def rewrite(node, edit):
    edit.replace(node, expand_definition(node, edit))
