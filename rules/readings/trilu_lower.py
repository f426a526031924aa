"""Trilu whose ``upper`` is left to its default, which the parser takes for 0."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("trilu_lower", "The lower triangle")


def read(node, edit):
    edit.set_attribute(node, "upper", 0)
