"""STFT of a real signal as a strided convolution with the windowed waves (onnx STFT-17)."""

from __future__ import annotations

from jetdoctor.recipes.fourier import stft
from jetdoctor.rule import Rewrite

REWRITE = Rewrite("stft_conv", "Replace STFT with a convolution")


def rewrite(node, edit):
    edit.replace(node, stft(node, edit))
