"""Which inputs a target gets: the same target, seed and number give the same bytes on every machine.

(Of models: with the same release of onnx, whose operators and attributes are what they are changed into.)
"""

from __future__ import annotations

import random
from typing import Callable, List, NamedTuple, Sequence

from tests.fuzz.targets import TARGETS

#: Changes of one input, at most.
_STEPS = 8


class Input(NamedTuple):
    """One of the corpus, in which of its target's ways it is changed, and the seed of each change."""

    index: int
    way: int
    steps: List[int]


def drawn(name: str, seed: int, number: int, corpus: Sequence[bytes]) -> Input:
    """Input ``number`` of a run: first the corpus as it is, then changes of it."""
    if number < len(corpus):
        return Input(number, 0, [])
    source = random.Random("%s %d %d" % (name, seed, number))
    index = source.randrange(len(corpus))
    way = source.randrange(len(TARGETS[name].changes))
    return Input(index, way, [source.getrandbits(32) for _ in range(source.randint(1, _STEPS))])


def made(name: str, given: Input, corpus: Sequence[bytes]) -> bytes:
    """The bytes of an input."""
    data = corpus[given.index]
    if not given.steps:
        return data
    return TARGETS[name].changes[given.way](data, [random.Random(step) for step in given.steps])


def smallest(given: Input, breaks: Callable[[Input], bool]) -> Input:
    """The input without the changes that it does not need to break."""
    for step in list(given.steps):
        less = given._replace(steps=[other for other in given.steps if other != step])
        if breaks(less):
            given = less
    return given
