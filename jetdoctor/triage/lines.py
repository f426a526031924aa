"""From a log of any size to the few lines worth judging, each cleaned and numbered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Dict, Iterable, Iterator, Sequence, Tuple

#: Below this size every line is judged; above it only lines that hold a signature's anchor.
SMALL = 200_000
#: A log without line ends (a progress bar, a binary file) is cut into pieces of this many characters.
LONGEST = 4_000_000
#: Characters kept of a line; a longer one is cut around what was found.
SHOWN = 2_000
#: Judged at most: distinct lines of a whole log, repeats of one line, finds of one anchor in a block.
DISTINCT, REPEATS, FINDS = 20_000, 3, 200

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_QUOTES = {ord(quote): None for quote in "\"'`“”‘’"}
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Line:
    """``text`` without control codes; ``plain`` the same without quotes; ``key`` for comparing."""

    number: int
    text: str
    plain: str
    key: str


def clean(number: int, text: str) -> Line:
    """Without colours and control codes, blanks collapsed; ``key`` is lower case with a blank around it."""
    text = " ".join(_CONTROL.sub(" ", _ESCAPES.sub("", text)).split())
    plain = text.translate(_QUOTES)
    return Line(number, text, plain, " %s " % " ".join(plain.lower().split()))


def select(chunks: Iterable[str], anchors: Sequence[str]) -> Iterator[Line]:
    """Lines worth judging, in order. Memory does not grow with the log."""
    seen: Dict[str, int] = {}
    for number, text in _candidates(chunks, anchors):
        stem = _DIGITS.sub("#", text)[:300]
        seen[stem] = seen.get(stem, 0) + 1
        if seen[stem] <= REPEATS:
            yield clean(number, text)
        if len(seen) >= DISTINCT:
            return


def _candidates(chunks: Iterable[str], anchors: Sequence[str]) -> Iterator[Tuple[int, str]]:
    number, rest = 1, ""
    for chunk in chunks:
        text = rest + chunk
        cut = text.rfind("\n") + 1
        if not cut and len(text) < LONGEST:
            rest = text
            continue
        body, rest = (text[:cut], text[cut:]) if cut else (text, "")
        for found in _find(body, anchors):
            yield number + found[0], found[1]
        number += body.count("\n")
    for found in _find(rest, anchors):
        yield number + found[0], found[1]


def _find(body: str, anchors: Sequence[str]) -> Iterator[Tuple[int, str]]:
    """(lines before it, text) of the lines in ``body`` that are worth judging."""
    if len(body) <= SMALL:
        for index, text in enumerate(body.split("\n")):
            if text.strip():
                yield index, text[:SHOWN]
        return
    plain = body.translate(_QUOTES)
    low = plain.lower()
    if len(low) != len(plain):  # a few letters change their length
        plain = low
    spans = _spans(low, anchors)
    lines = position = 0
    for start in sorted(spans):
        lines += low.count("\n", position, start)
        position = start
        end, where = spans[start]
        yield lines, plain[max(start, where - SHOWN // 2) : min(end, where + SHOWN)]


def _spans(low: str, anchors: Sequence[str]) -> Dict[int, Tuple[int, int]]:
    """Start of a line -> (its end, where the anchor stands)."""
    spans: Dict[int, Tuple[int, int]] = {}
    for anchor in anchors:
        where = low.find(anchor)
        for _ in range(FINDS):
            if where < 0:
                break
            start = low.rfind("\n", 0, where) + 1
            end = low.find("\n", where)
            end = len(low) if end < 0 else end
            spans.setdefault(start, (end, where))
            where = low.find(anchor, end)
    return spans
