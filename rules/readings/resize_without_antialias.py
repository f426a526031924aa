"""Resize whose ``antialias`` is not read."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("resize_without_antialias", "Without the filter")


def read(node, edit):
    edit.remove_attribute(node, "antialias")
