"""Resize with antialias as multiplication with constant matrices: no TensorRT parser filters by itself."""

from __future__ import annotations

from jetdoctor.rules.rewrites._resize import write_out

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("resize_drop_antialias", "Write the antialiasing filter out with constant matrices")


def rewrite(node, edit):
    write_out(node, edit)
