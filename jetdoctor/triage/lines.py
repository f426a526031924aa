"""From a log of any size to the few lines worth judging, each cleaned and numbered."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import Deque, Dict, FrozenSet, Iterable, Iterator, Tuple

from jetdoctor.triage.locales import in_english
from jetdoctor.triage.masks import masked
from jetdoctor.triage.phrases import grams
from jetdoctor.triage.prefixes import split

#: Lines that differ only in numbers are one line; it is judged this many times.
REPEATS = 3
#: After this many different lines only those that hold one of MARKS are judged, up to twice as many.
DISTINCT = 30_000
MARKS = (
    "error", "[e]", "fail", "assert", "not found", "no importer", "cannot", "invalid", "exception", "passed", "success",
    "killed", "dumped",
)  # fmt: skip
#: The last lines of a log are judged whatever came before: most processes die there.
TAIL = 200
#: A log without line ends (a progress bar, a binary file) is cut into pieces of this many characters.
LONGEST = 1_000_000
#: Characters that are read of a line, at its beginning and at its end.
SHOWN = 2_000

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_QUOTES = {ord(quote): None for quote in "\"'`“”‘’"}
_NUMBERS = {ord(digit): None for digit in "0123456789abcdefABCDEF"}


@dataclass(frozen=True)
class Line:
    """``text`` without control codes; ``plain`` the same in English and without quotes; ``key`` for comparing.

    ``key`` is lower case, without the names of nodes and files. ``severity`` and ``component`` are what the
    logger's prefix says ("" when it says nothing), ``body`` is ``plain`` behind that prefix; ``grams`` are for
    looking phrases up in ``key``.
    """

    number: int
    text: str
    plain: str
    key: str
    severity: str
    component: str
    body: str
    grams: FrozenSet[str]


def clean(number: int, text: str) -> Line:
    """Without colors and control codes, blanks collapsed; prefixes read, names masked."""
    text = " ".join(_CONTROL.sub(" ", _ESCAPES.sub("", text)).split())
    plain = in_english(text).translate(_QUOTES)
    prefix = split(plain)
    key = " %s " % " ".join(masked(plain).lower().split())
    return Line(number, text, plain, key, prefix.severity, prefix.component, prefix.body, grams(key))


def select(chunks: Iterable[str]) -> Iterator[Line]:
    """Lines worth judging, in order: a verbose log repeats itself. Memory does not grow with the log."""
    seen: Dict[int, int] = {}
    tail: Deque[Tuple[int, str]] = deque(maxlen=TAIL)
    for number, text, stem in _numbered(chunks):
        times = seen.get(stem, 0)
        if times >= REPEATS:
            continue
        if len(seen) >= DISTINCT:
            low = text[: 2 * SHOWN].lower()
            if len(seen) >= 2 * DISTINCT or not any(mark in low for mark in MARKS):
                tail.append((number, text))
                continue
        seen[stem] = times + 1
        yield clean(number, _shown(text))
    for number, text in tail:
        yield clean(number, _shown(text))


def _shown(text: str) -> str:
    return text if len(text) <= 2 * SHOWN else text[:SHOWN] + " ... " + text[-SHOWN:]


def _numbered(chunks: Iterable[str]) -> Iterator[Tuple[int, str, int]]:
    """(number, text, hash of the text without its numbers) of every line that is not empty.

    The pieces of a line without end share its number.
    """
    number = 1
    for block, ended in _blocks(chunks):
        texts, stems = block.split("\n"), block.translate(_NUMBERS).split("\n")
        for index, text in enumerate(texts):
            if text:
                yield number + index, text, hash(stems[index])
        number += len(texts) - (not ended)


def _blocks(chunks: Iterable[str]) -> Iterator[Tuple[str, bool]]:
    """The chunks cut at line ends, and whether a line end was there; the line end itself goes."""
    rest = ""
    for chunk in chunks:
        text = rest + chunk
        body, end, rest = text.rpartition("\n")
        if end:
            yield body, True
        elif len(rest) >= LONGEST:
            yield rest, False
            rest = ""
    if rest:
        yield rest, False
