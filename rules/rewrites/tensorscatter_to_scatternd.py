"""TensorScatter by its definition in ONNX (onnx TensorScatter-24)."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("tensorscatter_to_scatternd", "Write TensorScatter out by its ONNX definition")


def rewrite(node, edit):
    edit.replace(node, edit.write_out(node))
