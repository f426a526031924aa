"""RoiAlign whose ``sampling_ratio`` is left to its default, which the parser takes for 1."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("roialign_one_sample", "One sample in each bin", unproven="no recorded model has the form")


def read(node, edit):
    edit.set_attribute(node, "sampling_ratio", 1)
