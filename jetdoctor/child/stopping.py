"""SIGTERM as an exception, so that children and temporary files are cleaned up on the way out."""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import Any, Iterator


class Terminated(KeyboardInterrupt):
    """The program was asked to end, by SIGTERM or SIGHUP (``number``)."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextlib.contextmanager
def orderly() -> Iterator[None]:
    """Within it, SIGTERM and SIGHUP end the program as an interrupt from the keyboard does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # A signal that is ignored, as SIGHUP under nohup, stays so.
    kinds = [kind for kind in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(kind) != signal.SIG_IGN]
    before = [signal.signal(kind, _interrupt) for kind in kinds]
    try:
        yield
    finally:
        for kind, handler in zip(kinds, before):
            signal.signal(kind, handler)


def _interrupt(number: int, frame: Any) -> None:
    raise Terminated(number)
