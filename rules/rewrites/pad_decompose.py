"""Pad with constant pads as Concat and Slice, axis by axis, in every mode (onnx Pad-11 to -19).

A positive pad joins blocks of the value, border slices, reversed or wrapped slices; a negative one cuts.
"""

from __future__ import annotations

from jetdoctor.recipes.pad import leaves_something, pad_by_parts
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("pad_decompose", "Decompose Pad into Concat and Slice", constants=(1, 3), fits=leaves_something)


def rewrite(node, edit):
    edit.replace(node, pad_by_parts(node, edit))
