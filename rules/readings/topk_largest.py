"""TopK whose ``largest`` is not read."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("topk_largest", "The largest elements")


def read(node, edit):
    edit.remove_attribute(node, "largest")
