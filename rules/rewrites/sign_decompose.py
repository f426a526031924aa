"""Sign by comparing with zero (onnx Sign-9; no importer before TensorRT 8.2)."""

from __future__ import annotations

from jetdoctor.rule import Rewrite


def _fits(node):
    return node.input(0).dtype != "UINT8"  # nothing computes with bytes before TensorRT 10.11


REWRITE = Rewrite("sign_decompose", "Compare with zero", fits=_fits)


def rewrite(node, edit):
    x, dtype = node.inputs[0], edit.dtype(node.input(0))
    zero = edit.scalar(0, dtype)
    above = edit.cast(edit.add("Greater", [x, zero]), dtype)
    edit.replace(node, [edit.add("Sub", [above, edit.cast(edit.add("Less", [x, zero]), dtype)])])
