"""SIGTERM as an exception, so that children and temporary folders are cleaned up on the way out."""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import Any, Iterator


@contextlib.contextmanager
def orderly() -> Iterator[None]:
    """Within it, SIGTERM and SIGHUP end the program as an interrupt from the keyboard does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kinds = [signal.SIGTERM, signal.SIGHUP]
    before = [signal.signal(kind, _interrupt) for kind in kinds]
    try:
        yield
    finally:
        for kind, handler in zip(kinds, before):
            signal.signal(kind, handler)


def _interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt
