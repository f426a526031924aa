"""AffineGrid written out by its definition in ONNX (onnx AffineGrid-20)."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("affinegrid_inline", "Write AffineGrid out by its ONNX definition")


def rewrite(node, edit):
    edit.replace(node, edit.write_out(node))
