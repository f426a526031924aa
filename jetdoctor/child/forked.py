"""Run a function of this process in a fork with limits: for work of milliseconds that may crash.

A fork has everything imported already, which a fresh Python would spend a quarter of a second on. Linux only: elsewhere
fork is absent or unsafe.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import select
import signal
import sys
import time
import warnings
from typing import Any, Callable, List, Tuple

from jetdoctor.child import limits
from jetdoctor.records import dataclass

AVAILABLE = sys.platform.startswith("linux")


@dataclass(frozen=True)
class Answer:
    """``data`` is what the function returned; ``trouble`` why there is none, in words that follow "it", else ""."""

    data: bytes = b""
    trouble: str = ""


def call(work: Callable[[], bytes], seconds: float, spare: int) -> Answer:
    """``work()`` in a fork that may take ``seconds`` of CPU and ``spare`` bytes more than this process has.

    Of CPU, so that a busy machine takes no answer away. One that hangs ends after ``_WAITING`` times as many.
    """
    spare = limits.memory_limit(spare) or spare
    reader, writer = os.pipe()
    parent, child = os.getpid(), fork()
    if child == 0:
        _answer_and_exit(work, seconds, spare, reader, writer, parent)
    os.close(writer)
    try:
        data, in_time = _read(reader, time.monotonic() + WAITING * seconds)
    finally:  # an interrupt must not leave it running either
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
    return Answer(data[1:]) if in_time and data[:1] == DONE else trouble(data, in_time, status, seconds, spare)


def trouble(data: bytes, in_time: bool, status: int, seconds: float, spare: int) -> Answer:
    """Why a fork with that wait status gave ``data`` instead of what it was asked for."""
    if not in_time or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU):
        return Answer(trouble="took more than %g s" % seconds)
    if data[:1] == _NO_MEMORY:
        return Answer(trouble="needs more than %d MiB" % (spare >> 20))
    if os.WIFSIGNALED(status):
        return Answer(trouble="crashed (%s)" % signal.Signals(os.WTERMSIG(status)).name)
    return Answer(trouble="gave no answer")


def fork() -> int:
    """``os.fork``, also in a process that has threads which the fork does not use."""
    with warnings.catch_warnings():
        # Python 3.12 warns when a process with threads (numpy's BLAS) forks; the child uses none of them.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


#: Seconds to wait for each second of work.
WAITING = 5

#: How the bytes of an answer begin.
DONE, _NO_MEMORY = b"+", b"!"


def _read(reader: int, deadline: float) -> Tuple[bytes, bool]:
    """All that comes out of the pipe, and whether it came before the deadline."""
    blocks: List[bytes] = []
    with os.fdopen(reader, "rb", buffering=0) as pipe:
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                return b"", False
            block = pipe.read(1 << 20)
            if not block:
                return b"".join(blocks), True
            blocks.append(block)


def _answer_and_exit(
    work: Callable[[], bytes], seconds: float, spare: int, reader: int, writer: int, parent: int
) -> Any:
    faulthandler.disable()  # a crash here is an answer, not something to print
    try:
        os.close(reader)
        become_a_child(parent)
        limits.cpu_seconds(seconds)
        found = answer(work, spare)
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(found)
    finally:
        os._exit(0)  # never the parent's exit handlers, buffers or test runner


def answer(work: Callable[[], bytes], spare: int) -> bytes:
    """In the fork: what ``work`` returns, marked, or the mark of memory that was not enough."""
    try:
        with limits.spare_memory(spare):
            return DONE + work()
    except MemoryError:
        return _NO_MEMORY


def become_a_child(parent: int) -> None:
    """Silence what C++ prints when it aborts, write no core, and end with the parent."""
    import resource

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)  # not the parent's tidying up
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    limits.end_with_parent(parent)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
