"""EyeLike by comparing row and column numbers (onnx EyeLike-9), for sizes that are open."""

from __future__ import annotations

from jetdoctor.graph import DTYPE_NAMES
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("eyelike_decompose", "Compare row and column numbers")


def rewrite(node, edit):
    if edit.rank(node.input(0)) != 2:
        raise CannotRewrite("EyeLike needs a matrix")
    dtype = DTYPE_NAMES.get(node.attr("dtype", 0)) or ""
    dtype = dtype if node.has_attr("dtype") else edit.dtype(node.input(0))
    rows = edit.along(node.input(0), 0, 2)
    if node.attr("k", 0):
        rows = edit.add("Add", [rows, edit.scalar(node.attr("k"), "INT64")])
    hits = edit.add("Equal", [rows, edit.along(node.input(0), 1, 2)])
    edit.replace(node, [hits if dtype == "BOOL" else edit.cast(hits, dtype)])
