"""A number that is read with more bytes than it has: what lies behind it in memory decides."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Reading

READING = Reading("undefined_bytes", "Whatever lies behind it", unproven="no two runs need agree")


def read(node, edit):
    raise CannotRewrite("what lies behind the constant in memory decides")
