"""Constant from 8.0 to 9.1, whose integers are fetched through a float field."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading("constant_integers_lost", "0, or nothing")


def read(node, edit):
    import numpy as np

    if node.has_attr("value_int"):
        lost = np.zeros((), "int64")
    else:
        lost = np.zeros((0,), "int64")
    edit.replace(node, [edit.constant(lost)])
