"""Markdown of tables and of text that is no markup."""

from __future__ import annotations

import re
from typing import Iterable, Sequence


def escaped(text: str) -> str:
    return re.sub(r"([<>|*_\[\]])", r"\\\1", text)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| %s |" % " | ".join(head), "| %s |" % " | ".join("---" for _ in head)]
    lines += ["| %s |" % " | ".join(str(cell).replace("\n", " ") for cell in row) for row in rows]
    return "\n".join(lines) + "\n"


def linked(source: str) -> str:
    """A source with its address as a link."""
    found = re.search(r"https?://[^\s)]+", source)
    if not found:
        return escaped(source)
    before, address, after = source[: found.start()], found.group(0), source[found.end() :]
    return "%s<%s>%s" % (escaped(before), address, escaped(after))
