"""Round, halves to even, with Floor and comparisons (onnx Round-11; no importer before TensorRT 8.2)."""

from __future__ import annotations

from jetdoctor.recipes.arithmetic import round_half_to_even
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("round_decompose", "Decompose Round into Floor")


def rewrite(node, edit):
    edit.replace(node, round_half_to_even(node, edit))
