"""Flatten of few axes, which the parser hands on as it is."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("flatten_passed", "Handed on", unproven="no network of a parser before 8.4.2 was recorded")


def read(node, edit):
    edit.replace(node, [edit.add("Identity", [node.inputs[0]])])
