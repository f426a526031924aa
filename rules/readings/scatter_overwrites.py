"""ScatterElements and ScatterND whose ``reduction`` is not read: the last update wins."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("scatter_overwrites", "Updates overwrite")


def read(node, edit):
    edit.remove_attribute(node, "reduction")
