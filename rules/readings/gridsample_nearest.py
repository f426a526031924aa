"""GridSample whose mode has a name that is not known: it stays at nearest."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("gridsample_nearest", "The nearest element")


def read(node, edit):
    edit.set_attribute(node, "mode", "nearest")
