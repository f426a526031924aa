"""A number that is read with more bytes than it has: the bytes after it in memory decide."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Reading

READING = Reading("undefined_bytes", "Whatever follows it in memory", unproven="two runs may differ")


def read(node, edit):
    raise CannotRewrite("the bytes after the constant in memory decide")
