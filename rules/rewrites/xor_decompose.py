"""Xor as the two booleans being different integers (onnx Xor-7; no importer before TensorRT 8.4)."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("xor_decompose", "Compare booleans as integers")


def rewrite(node, edit):
    same = edit.add("Equal", [edit.cast(name, "INT32") for name in node.inputs])
    edit.replace(node, [edit.add("Not", [same])])
