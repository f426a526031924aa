"""Attention written out by its definition in ONNX (onnx Attention-23)."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("attention_inline", "Write Attention out by its ONNX definition")


def rewrite(node, edit):
    edit.replace(node, edit.write_out(node))
