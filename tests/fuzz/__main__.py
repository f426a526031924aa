"""``python -m tests.fuzz [--runs N | --seconds 60] [--seed 1] [TARGET...]``: changed inputs for every target.

With ``--runs`` the same seed feeds the same inputs, however fast the machine is. An input that breaks the contract is
made small, kept in ``tests/fuzz/broken/`` and named; the exit code is 1 then.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from itertools import count, islice
from typing import Any, Iterator, Mapping, Optional, Sequence
from typing import Counter as Counts

from tests.fuzz.inputs import Input, drawn, made, smallest
from tests.fuzz.targets import TARGETS, Broken, at_once, feed

BROKEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "broken")

#: Address space of the whole process: an input that asks for more breaks the contract, not the machine.
_MEMORY = 4 << 30


def fuzz(name: str, numbers: Iterator[int], seed: int, folder: str) -> Counts[str]:
    """How often inputs of one target ended how. Raises Broken with the smallest input that was found."""
    corpus = TARGETS[name].corpus()
    counts: Counts[str] = Counter()
    while True:
        group = list(islice(numbers, at_once(name)))
        if not group:
            return counts
        given = [drawn(name, seed, number, corpus) for number in group]
        try:
            counts += feed(name, [made(name, one, corpus) for one in given], folder)
        except Broken as error:
            raise _found(name, dict(zip(group, given)), error, corpus, folder) from None


def _found(name: str, group: Mapping[int, Input], error: Broken, corpus: Sequence[bytes], folder: str) -> Broken:
    """The error with the input that makes it, or with all of a command when none does alone."""

    def why(given: Input) -> Optional[Broken]:
        try:
            feed(name, [made(name, given, corpus)], folder)
        except Broken as broken:
            return broken
        return None

    for number, given in group.items():
        alone = why(given)
        if alone is not None:
            small = smallest(given, lambda less: why(less) is not None)
            return Broken("input %d, kept as %s: %s" % (number, _keep(name, made(name, small, corpus)), alone))
    return Broken("inputs %s together: %s" % (", ".join(map(str, group)), error))


def _keep(name: str, data: bytes) -> str:
    os.makedirs(BROKEN, exist_ok=True)
    path = os.path.join(BROKEN, "%s-%s" % (name, hashlib.sha256(data).hexdigest()[:12]))
    with open(path, "wb") as stream:
        stream.write(data)
    return os.path.relpath(path)


def _until(end: float) -> Iterator[int]:
    for number in count():
        if time.monotonic() > end:
            return
        yield number


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=str(__doc__).split("\n")[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=60.0, help="shared by the targets (60)")
    parser.add_argument("--runs", type=int, metavar="N", help="inputs of each target, instead of --seconds")
    parser.add_argument("--seed", type=int, default=1)
    options: Any = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    names, code = options.targets or list(TARGETS), 0
    for name in names:
        start = time.monotonic()
        numbers = _until(start + options.seconds / len(names))
        if options.runs is not None:
            numbers = iter(range(options.runs))
        with tempfile.TemporaryDirectory() as folder:
            try:
                counts = fuzz(name, numbers, options.seed, folder)
            except Broken as error:
                print("%-9s BROKEN %s" % (name, error), flush=True)
                code = 1
                continue
        ends = ", ".join("%s: %d" % pair for pair in sorted(counts.items()))
        seconds = time.monotonic() - start
        print("%-9s %6d runs in %.1f s  %s" % (name, sum(counts.values()), seconds, ends), flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
