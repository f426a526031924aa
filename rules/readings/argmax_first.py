"""ArgMax and ArgMin whose ``select_last_index`` is not read."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("argmax_first", "The first of equals", unproven="no network of a parser before 8.0 was recorded")


def read(node, edit):
    edit.remove_attribute(node, "select_last_index")
