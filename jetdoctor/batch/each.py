"""A list of models, with as many processes as are wanted; results come in the order of the list."""

from __future__ import annotations

from functools import partial
from typing import Iterator, Sequence, Tuple

from jetdoctor.batch.one import Question, one
from jetdoctor.types import JetdoctorError, Result, UsageError


def each(paths: Sequence[str], question: Question, jobs: int = 1) -> Iterator[Tuple[Result, ...]]:
    """Results of every model, one tuple per model, as they are ready.

    Raises UsageError for fewer than one process, JetdoctorError when a process died.
    """
    if jobs < 1:
        raise UsageError("-j %d: at least one process is needed" % jobs)
    ask = partial(one, question=question)
    if min(jobs, len(paths)) <= 1:
        yield from map(ask, paths)
        return
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    try:
        with ProcessPoolExecutor(min(jobs, len(paths))) as pool:
            yield from pool.map(ask, paths)
    except BrokenProcessPool:
        raise JetdoctorError("a checking process died (out of memory?): try again with -j 1") from None
