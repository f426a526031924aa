"""The commands that jetdoctor prints, found in its output: for the test that runs them, and for benchmarks/walk."""

from __future__ import annotations

import re
import shlex
from typing import Any, Iterator, List

_NAMES = "check|inspect|fix|verify|plan|report|device|triage|targets|ops|rules|explain"
_OURS = re.compile(r"jetdoctor (?:%s)\b[^`;\n]*" % _NAMES)

#: What the reader must fill in is spelled in capitals.
_TO_FILL_IN = re.compile(r"(?:^|[=@./ ])(?:[A-Z]{2,}|USER@HOST)(?:[.: ]|$)|\.\.\.|…")


def in_text(text: str) -> List[str]:
    """Commands of ours in one text; a line of several ends where the next begins, or with two spaces and a remark."""
    found = []
    for match in _OURS.finditer(text):
        command = re.split(r" &&| \|| {2,}#? ?\w| {2,}\(|\)$|, which|: ", match.group(0))[0]
        found.append(command.strip().rstrip(".,:"))
    return found


def in_document(document: Any) -> Iterator[str]:
    """Commands in every text of a JSON document."""
    if isinstance(document, dict):
        for value in document.values():
            yield from in_document(value)
    elif isinstance(document, list):
        for value in document:
            yield from in_document(value)
    elif isinstance(document, str):
        yield from in_text(document)


def next_steps(text: str) -> List[str]:
    """The commands behind "next:", which a terminal never wraps."""
    lines = [line[len("next: ") :] for line in text.splitlines() if line.startswith("next: ")]
    return [line.split("   ")[0] for line in lines]


def is_complete(command: str) -> bool:
    """Whether nothing is left to be filled in."""
    return not any(_TO_FILL_IN.search(word) for word in words(command)[1:])


def words(command: str) -> List[str]:
    """As a shell splits it."""
    return shlex.split(command, comments=True)
