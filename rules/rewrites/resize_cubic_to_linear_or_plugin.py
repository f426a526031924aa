"""Cubic Resize as multiplication with constant interpolation matrices (no cubic before TensorRT 8.5)."""

from __future__ import annotations

from jetdoctor.rules.rewrites._resize import write_out

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("resize_cubic_to_linear_or_plugin", "Write cubic interpolation out with constant matrices")


def rewrite(node, edit):
    write_out(node, edit)
