"""Resize whose ``keep_aspect_ratio_policy`` is not read: the output has the sizes as they are given."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("resize_stretched", "Stretched", unproven="no recorded model has the form")


def read(node, edit):
    edit.remove_attribute(node, "keep_aspect_ratio_policy")
