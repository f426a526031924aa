"""A quotient of sizes before 8.4, which is cut to an integer at once."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("quotient_cut", "Cut to an integer", unproven="no recorded model has the form")


def read(node, edit):
    whole = edit.cast(edit.again(node, node.inputs), "INT64")
    edit.replace(node, edit.cast(whole, node.output().dtype))
