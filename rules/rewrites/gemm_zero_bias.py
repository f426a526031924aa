"""Gemm without a bias gets one of zeros (onnx Gemm-11 made it optional)."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("gemm_zero_bias", "Add a bias of zeros")


def rewrite(node, edit):
    if node.present(2):
        raise CannotRewrite("the bias is there")
    edit.set_input(node, 2, edit.scalar(0, edit.dtype(node.input(0))))
