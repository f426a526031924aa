"""Attention whose sliding window is not read."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading(
    "attention_without_window", "Every position is attended to", unproven="no recorded model has the form"
)


def read(node, edit):
    edit.remove_attribute(node, "left_window_size")
    edit.remove_attribute(node, "right_window_size")
