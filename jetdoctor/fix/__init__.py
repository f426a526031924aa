"""Fixes: plan, graph rewrites, proof and atomic writing."""

from __future__ import annotations

from typing import Any

__all__ = ["FixOutcome", "fix", "write"]


def __getattr__(name: str) -> Any:
    """The front, loaded when asked for: ``fix.opset`` and ``fix.edit`` work without importing the whole package."""
    if name == "write":
        from jetdoctor.fix.writing import write

        return write
    if name == "fix":
        from jetdoctor.fix.engine import fix

        return fix
    if name == "FixOutcome":
        from jetdoctor.fix.outcome import FixOutcome

        return FixOutcome
    raise AttributeError("module %r has no attribute %r" % (__name__, name))
