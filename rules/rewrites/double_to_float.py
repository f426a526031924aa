"""All of a model's DOUBLE becomes FLOAT, inputs and outputs too: fewer digits and another interface, so unsafe."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("double_to_float", "Compute in FLOAT what the model computes in DOUBLE", "unsafe", choice="precision")


def rewrite_model(model, edit):
    edit.retype("DOUBLE", "FLOAT")
