"""Shape whose ``start`` and ``end`` are not read."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("shape_whole", "The whole shape")


def read(node, edit):
    edit.remove_attribute(node, "start")
    edit.remove_attribute(node, "end")
