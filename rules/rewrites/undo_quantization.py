"""A quantized model in FLOAT: every step stays as it is, so the numbers are the same, and the INT8 speed is gone.

Nobody quantizes a model for that, so it is a choice.
"""

from __future__ import annotations

from jetdoctor.recipes.quantization import handed_out, quantizing
from jetdoctor.recipes.quantized_in_float import convert
from jetdoctor.rule import Rewrite


def _fits(node):
    return quantizing(node) and not handed_out(node)


REWRITE = Rewrite(
    "undo_quantization",
    "Compute the quantized steps in FLOAT: same values, no INT8 speed",
    "unsafe",
    fits=_fits,
    choice="quantization",
)


def rewrite_model(model, edit):
    convert(model, edit, undo=True)
