"""Resize with half_pixel_symmetric, which no TensorRT parser knows, with its weights written out."""

from __future__ import annotations

from jetdoctor.rules.rewrites._resize import write_out

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("resize_symmetric_to_half_pixel", "Write the interpolation out with constant matrices")


def rewrite(node, edit):
    write_out(node, edit)
