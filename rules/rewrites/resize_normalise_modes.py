"""A Resize form that the parser does not know, with its weights (or pixel numbers) written out."""

from __future__ import annotations

from jetdoctor.rules.rewrites._resize import write_out

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("resize_normalise_modes", "Write the resize out with constant matrices or indices")


def rewrite(node, edit):
    write_out(node, edit)
