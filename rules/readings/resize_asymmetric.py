"""Resize before 7.2 to the nearest element, whose half pixels are not read."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("resize_asymmetric", "Without half pixels", unproven="no network of a parser before 8.0 was recorded")


def read(node, edit):
    edit.set_attribute(node, "coordinate_transformation_mode", "asymmetric")
