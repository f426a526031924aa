"""Reshape whose ``allowzero`` is not read: a 0 copies the size."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading(
    "reshape_copies_zero", "Zeros copy the size", unproven="no network of a parser before 8.0 was recorded"
)


def read(node, edit):
    edit.remove_attribute(node, "allowzero")
