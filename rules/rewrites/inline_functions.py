"""Local functions inlined at every call, since TensorRT before 9 does not read them."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("inline_functions", "Inline the local functions")


def rewrite_model(model, edit):
    if not model.proto.functions:
        raise CannotRewrite("the model has no local functions")
    edit.inline_functions()
