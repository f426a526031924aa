"""Attention whose ``nonpad_kv_seqlen`` is not read."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("attention_reads_padding", "The padding is attended to", unproven="no recorded model has the form")


def read(node, edit):
    edit.drop_inputs(node, 6)
