"""A progress bar on stderr, only on a terminal and only for what takes longer than a second."""

from __future__ import annotations

import sys
import time
from typing import Any, Iterable, Iterator, TypeVar

Item = TypeVar("Item")

PATIENCE = 1.0  # seconds before a bar appears


def bar(items: Iterable[Item], total: int, what: str) -> Iterator[Item]:
    """Pass ``items`` through; rich is imported only when a bar is shown."""
    if total < 2 or not sys.stderr.isatty():
        yield from items
        return
    start, shown = time.monotonic(), None
    try:
        for done, item in enumerate(items, 1):
            yield item
            if shown is None and time.monotonic() - start > PATIENCE:
                shown = _start(total, what)
            if shown is not None:
                shown.update(shown.task_ids[0], completed=done)
    finally:
        if shown is not None:
            shown.stop()


def _start(total: int, what: str) -> Any:
    from rich.console import Console
    from rich.progress import Progress

    progress = Progress(console=Console(stderr=True), transient=True)
    progress.start()
    progress.add_task(what, total=total)
    return progress
