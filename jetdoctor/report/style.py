"""Plain text with a little color: no dependency, no markup, nothing that a node name could inject."""

from __future__ import annotations

import textwrap
from typing import List, Tuple

_CODES = {"red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36", "bold": "1", "dim": "2"}

SEVERITY_COLOR = {"error": "red", "warning": "yellow", "info": "blue"}
IMPACT_COLOR = {"answer": "red", "digits": "yellow", "harmless": "green", "not-run": "dim"}
VERDICT_COLOR = {
    "deploys": "green",
    "fixable": "yellow",
    "fails": "red",
    "unreadable": "red",
    "unknown": "yellow",
}


def clean(text: str) -> str:
    """``text`` with control, bidirectional and invalid characters escaped, on one line.

    >>> clean("a\\x1b[31mb\\nc")
    'a\\\\x1b[31mb\\\\nc'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def plural(count: int, noun: str) -> str:
    return "%d %s%s" % (count, noun, "" if count == 1 else "s")


class Writer:
    """Collects lines for a terminal of ``width`` columns."""

    def __init__(self, width: int, color: bool) -> None:
        self.width, self.color = width, color
        self.lines: List[str] = []

    def paint(self, text: str, *styles: str) -> str:
        """``text`` in color when there is any."""
        if not self.color or not text or not styles:
            return text
        return "\x1b[%sm%s\x1b[0m" % (";".join(_CODES[style] for style in styles), text)

    def line(self, text: str = "") -> None:
        self.lines.append(text.rstrip())

    def wrapped(
        self, label: str, text: str, *styles: str, indent: int = 2, label_styles: Tuple[str, ...] = ("dim",)
    ) -> None:
        """``text`` wrapped under a short ``label``; long names are never cut."""
        first = " " * indent + label
        room = max(30, self.width - len(first))
        parts = textwrap.wrap(clean(text), room, break_long_words=False, break_on_hyphens=False) or [""]
        for number, part in enumerate(parts):
            lead = " " * len(first) if number else " " * indent + self.paint(label, *label_styles)
            self.line(lead + self.paint(part, *styles))

    def ends(self, left: str, right: str, left_painted: str = "", right_painted: str = "") -> None:
        """``left`` and ``right`` at the two ends of a line, or on two lines when they do not fit."""
        gap = self.width - len(left) - len(right)
        painted = left_painted or left, right_painted or right
        if gap >= 2:
            self.line(painted[0] + " " * gap + painted[1])
        else:
            self.line(painted[0])
            self.line("  " + painted[1])

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"
