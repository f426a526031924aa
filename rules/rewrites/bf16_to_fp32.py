"""All of a model's BFLOAT16 becomes FLOAT, inputs and outputs too: more digits and another interface, so unsafe."""

from __future__ import annotations

from jetdoctor.rule import Rewrite

REWRITE = Rewrite("bf16_to_fp32", "Compute in FLOAT what the model computes in BFLOAT16", "unsafe", choice="precision")


def rewrite_model(model, edit):
    edit.retype("BFLOAT16", "FLOAT")
