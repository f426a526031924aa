"""Processes that check models, each with a limit of memory; one that dies affects no other model."""

from __future__ import annotations

import contextlib
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Callable, Deque, Iterable, Iterator, Tuple

from jetdoctor.child import limits
from jetdoctor.types import Result

Group = Tuple[Result, ...]
Ask = Callable[[str], Group]

#: Bytes that a process may allocate: three times what DESIGN's budget allows for any one model.
MEMORY = 3 << 30

#: Models given to each process ahead of time.
AHEAD = 4


def in_processes(paths: Iterable[str], ask: Ask, jobs: int, died: Ask) -> Iterator[Group]:
    """``ask`` of every path, in order. ``died(path)`` is the result of one whose process died on it, twice."""
    waiting: Deque[Tuple[str, Any]] = deque()
    left = iter(paths)
    pool = _pool(jobs)
    try:
        while True:
            while len(waiting) < jobs * AHEAD:
                path = next(left, None)
                if path is None:
                    break
                waiting.append((path, _submit(pool, ask, path)))
            if not waiting:
                return
            path, future = waiting.popleft()
            try:
                yield future.result()
            except BrokenProcessPool:
                pool.shutdown(wait=False)
                yield _alone(path, ask, died)
                pool = _pool(jobs)
                waiting = deque((other, _again(old, pool, ask, other)) for other, old in waiting)
    finally:
        pool.shutdown(wait=True)


def _submit(pool: ProcessPoolExecutor, ask: Ask, path: str) -> "Future[Group]":
    try:
        return pool.submit(ask, path)
    except BrokenProcessPool as error:  # noticed before its results were asked for
        future: "Future[Group]" = Future()
        future.set_exception(error)
        return future


def _again(old: "Future[Group]", pool: ProcessPoolExecutor, ask: Ask, path: str) -> "Future[Group]":
    """What is done stays; the rest goes to the new pool."""
    return old if old.done() and old.exception() is None else _submit(pool, ask, path)


def _alone(path: str, ask: Ask, died: Ask) -> Group:
    """The model in a process of its own: was it the one that killed the process?"""
    with _pool(1) as pool:
        try:
            return pool.submit(ask, path).result()
        except BrokenProcessPool:
            return died(path)


def _pool(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, initializer=_limit)


def _limit() -> None:
    """Ends with its parent. A model that wants more memory gets an error, which becomes its result; mapped files do not
    count.
    """
    limits.end_with_parent()
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
