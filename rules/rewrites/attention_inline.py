"""Attention decomposed by its definition in ONNX (onnx Attention-23).

A mask of floats blocks a key by minus infinity or by the lowest number. Where all keys of a query are blocked, ONNX
Runtime gives zeros for both; ONNX's definition only knows minus infinity, which therefore stands for both here.
"""

from __future__ import annotations

from jetdoctor.recipes.definition import expand_definition
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("attention_inline", "Decompose Attention by its ONNX definition")

#: Below these there is the lowest number of the type, and minus infinity.
_NEARLY_LOWEST = {"FLOAT": -3.4028233e38, "FLOAT16": -65472.0}


def rewrite(node, edit):
    inputs, mask = list(node.inputs), node.input(3)
    if node.present(3) and mask.dtype in _NEARLY_LOWEST:
        blocked = edit.add("Less", [mask.name, edit.scalar(_NEARLY_LOWEST[mask.dtype], mask.dtype)])
        never = edit.scalar(float("-inf"), mask.dtype)
        inputs[3] = edit.add("Where", [blocked, never, mask.name])
    edit.replace(node, expand_definition(node, edit, inputs))
