"""LpPool whose ``ceil_mode`` and ``dilations`` are not read."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("lppool_plain", "A dense window, rounded down", unproven="no recorded model has the form")


def read(node, edit):
    edit.remove_attribute(node, "ceil_mode")
    edit.remove_attribute(node, "dilations")
