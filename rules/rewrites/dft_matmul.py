"""DFT as multiplication with a constant matrix (onnx DFT-17 and -20)."""

from __future__ import annotations

from jetdoctor.recipes.fourier import dft
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("dft_matmul", "Multiply by a constant Fourier matrix", constants=(1, 2))


def rewrite(node, edit):
    edit.replace(node, dft(node, edit))
