"""``python -m tests.fuzz [--seconds 60] [--seed 1] [TARGET...]``: every target for its share of the time.

An input that breaks the contract is made small, kept in ``tests/fuzz/broken/`` and named; the exit code is 1 then.
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
from typing import Any
from typing import Counter as Counts

import hypothesis

from tests.fuzz import graphs
from tests.fuzz.mutate import changed
from tests.fuzz.targets import TARGETS, Broken, feed

BROKEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "broken")

#: Address space of the whole process: an input that asks for more breaks the contract, not the machine.
_MEMORY = 4 << 30

#: Inputs that hypothesis draws before the clock is looked at again.
_BATCH = 25


def fuzz(name: str, seconds: float, seed: int, folder: str) -> Counts[int]:
    """Exit codes of all runs of one target. Raises Broken with the smallest input that was found."""
    corpus = TARGETS[name][3]()
    counts: Counts[int] = Counter()
    for data in corpus:
        counts[feed(name, data, folder)] += 1
    end, number = time.monotonic() + seconds, 0
    last = {"data": b""}
    while time.monotonic() < end:
        number += 1

        @hypothesis.seed(seed * 1_000_003 + number)
        @hypothesis.settings(
            max_examples=_BATCH, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
        )
        @hypothesis.given((graphs.changed if name == "graph" else changed)(corpus))
        def one(data: bytes) -> None:
            last["data"] = data
            counts[feed(name, data, folder)] += 1

        try:
            one()
        except Broken:
            _keep(name, last["data"])
            raise
    return counts


def _keep(name: str, data: bytes) -> None:
    os.makedirs(BROKEN, exist_ok=True)
    with open(os.path.join(BROKEN, "%s-%s" % (name, hashlib.sha256(data).hexdigest()[:12])), "wb") as stream:
        stream.write(data)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=str(__doc__).split("\n")[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    options: Any = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    names, code = options.targets or list(TARGETS), 0
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            try:
                counts = fuzz(name, options.seconds / len(names), options.seed, folder)
            except Broken as error:
                print("%-9s BROKEN %s" % (name, error))
                code = 1
                continue
        ends = ", ".join("exit %d: %d" % pair for pair in sorted(counts.items()))
        print("%-9s %6d runs  %s" % (name, sum(counts.values()), ends))
    return code


if __name__ == "__main__":
    sys.exit(main())
