"""SpaceToDepth whose ``mode`` is not read."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("spacetodepth_dcr", "Depth, column, row")


def read(node, edit):
    edit.remove_attribute(node, "mode")
